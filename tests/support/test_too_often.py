"""How often a member may write, all doors together."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.tenancy import staff_context
from support.models import Message
from tests.options.calls import problem
from tests.support.calls import at, post
from tests.support.test_views import CONTACT, text


@pytest.fixture(autouse=True)
def _nobody_wrote_yet():
    cache.clear()


def test_a_member_writes_thirty_times_an_hour_whatever_the_door(enter, desk):
    client = enter("adam")
    with staff_context():
        asked = desk.ask("adam")

    def by_each_door(word: str) -> list:
        page = reverse("request-reply", args=[asked.reference])
        return [
            client.post(CONTACT, {"message": word}),
            client.post(page, {"body": word}),
            post(client, at(asked.reference, "messages/"), {"body": word}),
        ]

    taken = [answer.status_code for _time in range(10) for answer in by_each_door("Encore.")]
    by_contact, by_page, by_program = by_each_door("Une fois de trop.")

    assert taken == [302, 302, 201] * 10
    assert by_contact.status_code == by_page.status_code == 429
    assert "Celui-ci n’est pas parti, votre texte est conservé ci-dessous." in text(by_page)
    assert "Une fois de trop.</textarea>" in by_page.content.decode()
    assert problem(by_program)[0] == 429
    with staff_context():
        assert not Message.objects.filter(body="Une fois de trop.").exists()
