"""The desk's first page and the seasons in a real browser: no violation, no overflow."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from accounts.tenancy import staff_context
from support import seasons
from support.models import BusySeason
from tests.access import wrongs
from tests.digiforma.test_dashboard import DAY, NOON, something_of_each
from tests.pictures import keep
from tests.proving import looks
from tests.support.answered import answered
from tests.support.conftest import gather

pytestmark = pytest.mark.browser


def busy_desk() -> None:
    """Eight weeks of answers, something of each that waits, and Christmas announced."""
    with time_machine.travel("2026-11-23T10:00:00+01:00", tick=False):
        desk = gather()
        something_of_each(desk)
        with staff_context():
            for week, (reply, done) in enumerate(
                ((90, 700), (140, 900), (60, 1_100), (200, 1_500), (120, 800), (45, 620))
            ):
                day = date.fromordinal(date(2026, 10, 19).toordinal() + 7 * week)
                at = f"{day} 11:00"
                answered(desk.ravel, replied=(at, reply), done=(at, done))
            seasons.announce(
                first_on=date(2026, 12, 21),
                last_on=date(2027, 1, 4),
                working_days=3,
                actor=desk.people["lea"],
                on=date(2026, 11, 23),
            )


@pytest.fixture
def enter(visit):
    """Return what opens an address as somebody, at noon of the day."""
    with time_machine.travel(NOON):
        yield visit


@pytest.mark.seeded(by=busy_desk)
def test_the_first_page_and_the_seasons_are_accessible(enter):
    with staff_context():
        season = BusySeason.objects.get()
    pages = {
        "dashboard": reverse("admin:index"),
        "seasons": reverse("admin:support_busyseason_changelist"),
        "season": reverse("admin:support_busyseason_change", args=[season.pk]),
        "season-announce": reverse("admin:support_busyseason_announce"),
    }
    wrong = {}
    for (name, address), look in looks(pages.items()):
        tab = enter("lea", address, look)
        for details in tab.locator("main details").all():
            details.locator("summary").click()
        wrong[name, look] = wrongs(tab)
        keep(tab, f"{name}-{look[0]}-{look[1]}")

    assert {page: found for page, found in wrong.items() if found} == {}


@pytest.mark.seeded(by=busy_desk)
def test_a_season_is_read_then_announced_without_a_script(enter):
    narrow = (390, "light")
    page = enter("magda", reverse("admin:support_busyseason_announce"), narrow, script=False)
    page.get_by_label("Du", exact=True).fill("2026-12-10")
    page.get_by_label("Au (inclus)").fill("2026-12-18")
    page.get_by_label("Jours ouvrés").fill("2")

    page.get_by_role("button", name="Voir la phrase").click()
    told = page.get_by_role("status").inner_text()
    page.get_by_role("button", name="Annoncer aux clients").click()
    page.get_by_text("Période chargée enregistrée").wait_for()

    customer = enter("charlie", reverse("my-subscription"), narrow)
    closing = customer.locator(".closing").inner_text()
    keep(customer, "closing-line-390")

    assert told == "Délai allongé jusqu’au 18 décembre\xa0: comptez 2 jours ouvrés."
    assert told.replace("\xa0", " ") in closing.replace("\xa0", " ")
    with staff_context():
        assert BusySeason.objects.filter(first_on=DAY).count() == 1
