"""The queue in a real browser: by keyboard, by ticks, in both themes, on a desk and on a phone."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from playwright.sync_api import expect

from accounts.tenancy import staff_context
from learners.services import recount_all
from subscriptions.periods import Commitment
from support import conversation, services
from support.models import Request
from support.moves import open_request
from support.working_time import PARIS
from tests import world
from tests.access import faults, wrongs
from tests.pictures import keep
from tests.proving import LOOKS, looks
from tests.support.conftest import Desk, gather

pytestmark = pytest.mark.browser

QUEUE = "/admin/support/request/"
NOW = datetime(2026, 12, 7, 10, tzinfo=PARIS)  # a Monday
CLIENTS = [  # name, slug, plan, subscribed on
    ("Atelier Kermadec", "kermadec", "equipe", date(2026, 11, 10)),
    ("CFA Montcalm", "montcalm", "indep-plus", date(2026, 11, 14)),
    ("Institut Valmy", "valmy", "orga", date(2026, 11, 15)),
    ("Langues & Cie", "langues", "indep-plus", date(2026, 11, 20)),
    ("Groupe Orsel", "orsel", "equipe", date(2026, 11, 24)),
]


def week() -> None:
    """A week of the desk: late, for today, for tomorrow, waiting, at sales, done."""
    with time_machine.travel(NOW, tick=False) as clock:
        desk = gather()
        with staff_context():
            for name, slug, code, on in CLIENTS:
                owner = desk.people[slug] = world.person(slug.title())
                world.subscribed(world.organization(name, slug, owner=owner), on=on, code=code)
            desk.people["lea"].last_name = "Marchand"
            desk.people["lea"].save(update_fields=["last_name"])
            recount_all(on=NOW.date())
            _ask(desk, lambda day, time: clock.move_to(_at(day, time)))


def _at(day: int, time: str) -> datetime:
    return datetime.fromisoformat(f"2026-12-0{day} {time}").replace(tzinfo=PARIS)


def _ask(desk: Desk, at) -> None:
    lea, sam = desk.people["lea"], desk.membership("sam")

    def change(day: int, time: str, who: str, code: str, **wish) -> Request:
        at(day, time)
        return desk.ask(who, on=date(2026, 12, day), code=code, **wish)

    change(2, "14:00", "kermadec", "orga")
    change(3, "16:00", "montcalm", "indep-plus", commitment=Commitment.ANNUAL)
    waiting = change(3, "16:30", "valmy", "orga-plus")
    priced = change(4, "17:00", "alice", "orga")
    at(4, "17:40")
    services.ask_by_message(membership=sam, message="Peut-on payer par virement ?", on=NOW.date())
    at(4, "17:50")
    on = date(2026, 12, 4)
    desk.price(priced, on=on, effective_on=date(2026, 12, 9))
    conversation.assign(request_id=priced.pk, actor=lea, to=lea, on=on)
    conversation.ask_details(request_id=waiting.pk, actor=lea, body="Pour quand ?", on=on)
    sold = change(7, "09:20", "langues", "equipe", when="now")
    desk.price(sold, on=NOW.date(), code="equipe", when="now", effective_on=NOW.date())
    desk.send(sold, on=NOW.date())
    desk.accept(sold, name="langues", on=NOW.date())
    desk.hand_over(sold, on=NOW.date())
    at(7, "09:30")
    services.note_option_interest(membership=sam, option=world.option("edof-export"), on=on)
    open_request(desk.elsewhere, on=NOW.date(), kind="task", message="Limite dépassée de 28")
    change(7, "09:40", "orsel", "leader")


@pytest.fixture
def tab(visit):
    """Return what opens the queue as Léa, in a look."""
    with time_machine.travel(NOW):
        yield lambda address=QUEUE, look=LOOKS[0]: visit("lea", address, look)


@pytest.mark.seeded(by=week)
def test_the_queue_is_accessible_and_fits_in_both_themes(tab):
    wrong = {}
    pages = {"todo": QUEUE, "all": f"{QUEUE}?view=all&due=late"}
    for (name, address), look in looks(pages.items()):
        page = tab(address, look)
        wrong[name, look] = wrongs(page)
        keep(page, f"queue-{name}-{look[0]}-{look[1]}")

    assert {page: found for page, found in wrong.items() if found} == {}


@pytest.mark.seeded(by=week)
def test_the_keys_are_off_until_they_are_turned_on_then_go_through_the_queue(tab):
    page = tab()
    page.keyboard.press("/")
    expect(page.locator("#q")).not_to_be_focused()

    page.get_by_role("button", name="Clavier").click()
    expect(page.locator("#keys")).to_be_visible()
    assert faults(page) == []
    keep(page, "queue-keys-1280")
    page.get_by_label("Activer les raccourcis").check()
    page.keyboard.press("Escape")
    page.reload()  # they stay on

    lines = page.locator(".queue a.t")
    page.keyboard.press("j")
    expect(lines.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(lines.nth(1)).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("jko?")
    expect(page.locator("#q")).to_have_value("jko?")
    expect(page.locator("#keys")).to_be_hidden()
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    title = lines.nth(0).inner_text()
    page.keyboard.press("o")

    expect(page.locator("h1")).to_have_text(title)


@pytest.mark.seeded(by=week)
def test_lea_takes_the_next_one_gives_two_and_reminds_one(tab):
    page = tab()
    page.get_by_role("button", name="Prendre la suivante").click()
    expect(page.locator("h1")).to_contain_text("ÉQUIPE → ORGA")

    tab(f"{QUEUE}?view=all")
    for reference in ("D-2026-0002", "D-2026-0003"):
        page.get_by_label(f"Cocher {reference}").check()
    page.get_by_label("Assigner à").select_option(label="Magda")
    page.get_by_role("button", name="Assigner", exact=True).click()
    expect(page.get_by_text("2 demandes assignées à Magda.")).to_be_visible()
    page.get_by_label("Cocher D-2026-0003").check()
    page.get_by_role("button", name="Relancer les clients").click()

    expect(page.get_by_text("1 client relancé.")).to_be_visible()
    with staff_context():
        reminded = Request.objects.get(reference="D-2026-0003").events.last()
        assert (reminded.deed, reminded.actor.first_name) == ("reminded", "Lea")
        assert reminded.at - NOW < timedelta(hours=1)
