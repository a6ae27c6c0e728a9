"""« Apprenants comptés » in Chromium: no fault of access, in light and dark, wide and narrow."""

import pytest
import time_machine

from accounts.tenancy import staff_context
from tests.access import faults
from tests.digiforma import counted
from tests.digiforma.ravel import NOW
from tests.digiforma.test_counted_learners import PAGE
from tests.digiforma.test_my_subscription_browser import MOST_REQUESTS
from tests.proving import LOOKS, looks

pytestmark = pytest.mark.browser


def a_month():
    with time_machine.travel(NOW), staff_context():
        counted.a_month()


@pytest.fixture
def enter(visit):
    """Return what opens the page as Alice, on 23 November 2026."""
    with time_machine.travel(NOW):
        yield lambda asked="", look=LOOKS[0]: visit("alice", PAGE + asked, look)


@pytest.mark.seeded(by=a_month)
def test_page_has_no_fault_of_access(enter):
    for asked, look in looks(["", "?cause=moved", "?du=hier"]):
        tab = enter(asked, look)

        assert faults(tab) == [], (asked, look)
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
    screenshots(enter(look=(1280, "dark")), "apprenants-sombre")
