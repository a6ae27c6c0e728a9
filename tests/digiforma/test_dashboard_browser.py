"""The desk's first page and the seasons in a real browser: no violation, no overflow."""

from datetime import date

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from accounts.tenancy import staff_context
from support import seasons
from support.models import BusySeason
from tests.conftest import SCREENSHOTS
from tests.digiforma.test_dashboard import DAY, NOON, something_of_each
from tests.signed_in import sign_in
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


@pytest.mark.seeded(by=busy_desk)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_first_page_and_the_seasons_are_accessible(live_site, browser, width, scheme):
    context = browser.new_context(
        locale="fr-FR",
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    with time_machine.travel(NOON):
        with staff_context():
            sign_in(page, "lea@exemple.fr", live_site.url)
            season = BusySeason.objects.get()
        pages = {
            "dashboard": reverse("admin:index"),
            "seasons": reverse("admin:support_busyseason_changelist"),
            "season": reverse("admin:support_busyseason_change", args=[season.pk]),
            "season-announce": reverse("admin:support_busyseason_announce"),
        }
        found = {}
        for name, address in pages.items():
            page.goto(live_site.url + address)
            for details in page.locator("main details").all():
                details.locator("summary").click()
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
            found[name] = [broken["id"] for broken in Axe().run(page).response["violations"]]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found[name].append("wider than the screen")
    context.close()

    assert found == {name: [] for name in pages}


@pytest.mark.seeded(by=busy_desk)
def test_a_season_is_read_then_announced_without_a_script(live_site, browser):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    with time_machine.travel(NOON):
        with staff_context():
            sign_in(page, "magda@exemple.fr", live_site.url)
        page.goto(live_site.url + reverse("admin:support_busyseason_announce"))
        page.get_by_label("Du", exact=True).fill("2026-12-10")
        page.get_by_label("Au (inclus)").fill("2026-12-18")
        page.get_by_label("Jours ouvrés").fill("2")

        page.get_by_role("button", name="Voir la phrase").click()
        told = page.get_by_role("status").inner_text()
        page.get_by_role("button", name="Annoncer aux clients").click()
        page.get_by_text("Période chargée enregistrée").wait_for()

        customer = browser.new_page(viewport={"width": 390, "height": 844})
        with staff_context():
            sign_in(customer, "charlie@exemple.fr", live_site.url)
        customer.goto(live_site.url + reverse("my-subscription"))
        closing = customer.locator(".closing").inner_text()
        customer.screenshot(path=SCREENSHOTS / "closing-line-390.png", full_page=True)
        customer.close()
    context.close()

    assert told == "Délai allongé jusqu’au 18 décembre\xa0: comptez 2 jours ouvrés."
    assert told.replace("\xa0", " ") in closing.replace("\xa0", " ")
    with staff_context():
        assert BusySeason.objects.filter(first_on=DAY).count() == 1
