"""The pages of asking and the desk in a real browser: no violation, no overflow, no error."""

import pytest
import time_machine

from accounts.tenancy import staff_context
from subscriptions.models import Subscription
from support import conversation, services
from support.models import ContactMessage, Request
from tests import world
from tests.access import wrongs
from tests.proving import looks
from tests.support.conftest import TODAY, gather
from tests.support.visitors import wrote

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
    wrote()


@pytest.mark.seeded(by=busy_day)
def test_every_page_is_accessible_and_fits_its_screen(visit):
    with staff_context():
        known = {
            "quoted": Request.objects.get(reference=QUOTED).pk,
            "priced": Request.objects.get(reference=PRICED).pk,
            "contact": ContactMessage.objects.get().pk,
        }
        assert Subscription.objects.count() == 3
    pages = [*CUSTOMERS, *(("lea", address.format(**known)) for address in STAFF)]

    with time_machine.travel(NOW):
        wrong = {
            (who, address, look): found
            for (who, address), look in looks(pages)
            if (found := wrongs(visit(who, address, look)))
        }

    assert wrong == {}
