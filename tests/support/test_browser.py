"""The pages of asking and the desk in a real browser: no violation, no overflow, no error."""

from collections.abc import Callable

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

from accounts.models import User
from accounts.tenancy import staff_context
from subscriptions.models import Subscription
from support import conversation, services
from support.models import ContactMessage, Request
from tests import world
from tests.proving import examples
from tests.support.conftest import TODAY, gather

pytestmark = pytest.mark.browser

NOW = "2026-11-23T10:00:00+01:00"
QUOTED, INTEREST, PRICED = "D-2026-0001", "D-2026-0002", "D-2026-0003"
CUSTOMERS = [
    ("zoe", "/compte/abonnement/formules/"),
    ("alice", "/compte/abonnement/formules/"),
    ("zoe", "/compte/abonnement/formules/orga/demander/?when=now&options=api-access"),
    ("alice", "/compte/abonnement/formules/indep-plus/demander/"),
    ("alice", "/compte/demandes/"),
    ("alice", f"/compte/demandes/{QUOTED}/"),
    ("sam", f"/compte/demandes/{INTEREST}/"),
    ("sam", "/contact/"),
    (None, "/contact/"),
]
STAFF = [
    "/admin/",
    "/admin/support/request/?view=all",
    "/admin/support/request/{quoted}/change/",
    "/admin/support/request/{priced}/geste/price/",
    "/admin/support/request/{priced}/geste/send_quote/",
    "/admin/support/contactmessage/",
    "/admin/support/contactmessage/{contact}/change/",
    "/admin/accounts/organization/",
]


def busy_day() -> None:
    """A quote sent, an interest, a quote in draft, a stranger's message, an account without."""
    with time_machine.travel(NOW, tick=False):
        desk = gather()
        with staff_context():
            _ask(desk)
            world.subscribed(
                world.organization("Neuf", "neuf", owner=world.person("Zoe")), on=TODAY
            )


def _ask(desk) -> None:
    lea = desk.people["lea"]
    quoted = desk.ask("adam", message="Nous ouvrons deux parcours.", options=("custom-fields",))
    conversation.assign(request_id=quoted.pk, actor=lea, to=lea, on=TODAY)
    desk.price(quoted, options=("custom-fields",))
    desk.send(quoted)
    conversation.add_note(request_id=quoted.pk, actor=lea, body="À rappeler.", on=TODAY)
    conversation.reply_as_staff(request_id=quoted.pk, actor=lea, body="Voici.", on=TODAY)
    services.note_option_interest(
        membership=desk.membership("sam"), option=world.option("edof-export"), on=TODAY
    )
    priced = services.ask_plan_change(
        membership=desk.membership("charlie"), wish=desk.wish("leader", when="now"), on=TODAY
    )
    desk.price(priced, code="leader", when="now")
    services.ask_by_contact(name="Jean Petit", email="jean@exemple.fr", message="Un tarif ?")


@pytest.fixture
def visit(live_site, browser) -> Callable:
    """Return what opens a page as somebody, and answers what is wrong with it."""
    contexts = []

    def wrongs(who: str | None, address: str, *, width: int, scheme: str) -> list[str]:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        contexts.append(context)
        if who:
            context.add_cookies([_session(who, live_site.url)])
        page = context.new_page()
        found = []
        page.on("console", lambda said: said.type == "error" and found.append(said.text))
        answer = page.goto(live_site.url + address)
        if answer.status != 200:
            found.append(f"status {answer.status}")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append("wider than the screen")
        found += [broken["id"] for broken in Axe().run(page).response["violations"]]
        context.close()
        return found

    return wrongs


def _session(who: str, url: str) -> dict:
    client = Client()
    with staff_context():
        client.force_login(User.objects.get(email=f"{who}@exemple.fr"))
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


@pytest.mark.seeded(by=busy_day)
def test_every_page_is_accessible_and_fits_its_screen(visit):
    """Customers on a phone in the dark, staff at a desk by day; `make prove` sees all both ways."""
    with staff_context():
        known = {
            "quoted": Request.objects.get(reference=QUOTED).pk,
            "priced": Request.objects.get(reference=PRICED).pk,
            "contact": ContactMessage.objects.get().pk,
        }
        assert Subscription.objects.count() == 3
    at_a_desk, on_a_phone = (1280, "light"), (390, "dark")
    pages = [
        *((who, address, on_a_phone) for who, address in CUSTOMERS),
        *(("lea", address.format(**known), at_a_desk) for address in STAFF),
    ]
    both = examples(0, 1)

    with time_machine.travel(NOW):
        wrong = {
            f"{address} as {who}, {width} {scheme}": found
            for who, address, look in pages
            for width, scheme in ([at_a_desk, on_a_phone] if both else [look])
            if (found := visit(who, address, width=width, scheme=scheme))
        }

    assert wrong == {}
