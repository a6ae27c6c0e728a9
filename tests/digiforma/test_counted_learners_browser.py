"""« Apprenants comptés » in Chromium: no fault of access, in light and dark, wide and narrow."""

import pytest
import time_machine

from accounts.tenancy import staff_context
from tests.access import faults
from tests.digiforma import counted
from tests.digiforma.ravel import NOW
from tests.digiforma.test_counted_learners import PAGE
from tests.digiforma.test_my_subscription_browser import MOST_REQUESTS
from tests.proving import looks
from tests.signed_in import listen, sign_in

pytestmark = pytest.mark.browser


def a_month():
    with time_machine.travel(NOW), staff_context():
        counted.a_month()


@pytest.fixture
def enter(live_site, new_page):
    """Return a function that opens the page as Alice, on 23 November 2026."""

    def opened(asked: str = "", width: int = 1280, scheme: str = "light"):
        tab = new_page(width)
        tab.emulate_media(color_scheme=scheme)
        sign_in(tab, "alice@exemple.fr", live_site.url)
        listen(tab)
        tab.goto(live_site.url + PAGE + asked, wait_until="networkidle")
        return tab

    with time_machine.travel(NOW):
        yield opened


@pytest.mark.seeded(by=a_month)
@pytest.mark.parametrize(("width", "scheme"), looks())
@pytest.mark.parametrize("asked", ["", "?cause=moved", "?du=hier"])
def test_page_has_no_fault_of_access(enter, asked, width, scheme):
    tab = enter(asked, width, scheme)

    assert faults(tab) == []
    assert [words for words in tab.said if "422" not in words] == []
    assert len(tab.sent) <= MOST_REQUESTS


@pytest.mark.seeded(by=a_month)
def test_a_figure_leads_to_its_list(enter, screenshots):
    tab = enter()
    screenshots(tab, "apprenants")

    tab.get_by_role("link", name="Voir les inscriptions : Sessions déplacées").click()

    assert tab.url.endswith("#liste")
    assert tab.get_by_role("heading", name="Sessions déplacées").is_visible()
    screenshots(tab, "apprenants-pourquoi")


@pytest.mark.seeded(by=a_month)
def test_the_file_holds_as_many_lines_as_the_number_says(enter):
    tab = enter()

    with tab.expect_download() as download:
        tab.get_by_role("link", name="Télécharger (CSV)").click()

    assert download.value.suggested_filename == "apprenants-comptes-2026-11-23-v2.csv"
    assert len(download.value.path().read_text("utf-8-sig").splitlines()) == 1 + 412


@pytest.mark.seeded(by=a_month)
def test_the_page_in_dark(enter, screenshots):
    screenshots(enter(scheme="dark"), "apprenants-sombre")
