"""Who is signed in without typing a password: the cookie of a session."""

from django.conf import settings
from django.test import Client

from accounts.models import User


def session_of(email: str) -> str:
    """Return the session of somebody as its cookie's value. Needs the clock of the test."""
    client = Client()
    client.force_login(User.objects.get(email=email))
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def sign_in(tab, email: str, url: str) -> None:
    """Sign a tab of Chromium in; without an end, whatever day it is for Chromium."""
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(email), "url": url}
    tab.context.add_cookies([cookie])


def listen(tab) -> None:
    """Keep what a tab requests (`sent`) and what its console says (`said`)."""
    tab.sent, tab.said = [], []
    tab.on("requestfinished", lambda request: tab.sent.append(request))
    tab.on("console", lambda message: tab.said.append(message.text))
