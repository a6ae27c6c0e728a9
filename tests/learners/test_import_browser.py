"""The four pages of an import in a real browser: seen at both widths, heard by axe."""

from functools import partial

import pytest
from playwright.sync_api import expect

from accounts.tenancy import staff_context
from learners import tasks
from tests import world
from tests.access import faults
from tests.learners.deposits import GOOD, HEADER
from tests.proving import LOOKS, examples

pytestmark = pytest.mark.browser

NAMES = HEADER.replace("email", "courriel").strip() + ";remarque\n"
BAD = [
    GOOD.replace("01/03/2026", "31/02/2026").replace("S1", "S2"),
    GOOD.replace("a@b.fr", "julie martin@exemple.fr"),
    GOOD.replace("inscrit", "présent"),
]
LINES = [GOOD.replace("a@b.fr", f"apprenant{n}@exemple.fr") for n in range(12)] + BAD
FILE = (NAMES + "".join(line.replace("\n", ";Convention reçue\n") for line in LINES)).encode()


def ravel() -> None:
    with staff_context():
        world.organization()


def look(page, screenshots, name: str) -> None:
    """Keep the page, and let axe find nothing in it: odd steps by day, even ones by night."""
    for width, scheme in examples([LOOKS[int(name) % 2]], LOOKS):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        assert faults(page) == []
        screenshots(page, f"import-{name}-{scheme}")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.seeded(by=ravel)
def test_a_file_goes_in_step_by_step(live_site, page, screenshots):
    seen = partial(look, page, screenshots)
    page.goto(f"{live_site.url}/connexion/?next=/compte/imports/")
    page.get_by_label("Adresse e-mail").fill("alice@exemple.fr")
    page.get_by_label("Mot de passe").fill(world.PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", name="Déposer le fichier")).to_be_visible()
    seen("1")

    file = {"name": "inscriptions-2026.csv", "mimeType": "text/csv", "buffer": FILE}
    page.get_by_label("Votre fichier").set_input_files(file)
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_label("Champ pour la colonne courriel")).to_have_value("email")
    expect(page.get_by_label("Champ pour la colonne remarque")).to_have_value("")
    seen("2")

    page.get_by_role("button", name="Vérifier sans importer").click()
    expect(page.locator("#t-check")).to_be_focused()
    expect(page.locator(".problems tbody tr")).to_have_count(3)
    seen("3")

    page.get_by_role("button", name="Importer 12").click()
    expect(page.get_by_text("nous vous écrirons à la fin")).to_be_visible()
    seen("4")

    tasks.work_imports()
    expect(page.locator("#t-done")).to_be_focused(timeout=20_000)
    expect(page.locator("#etape")).not_to_have_attribute("hx-trigger", "every 2s")
    seen("5")

    page.goto(f"{live_site.url}/compte/imports/")
    expect(page.get_by_role("cell", name="12 lignes importées")).to_be_visible()
    seen("6")
