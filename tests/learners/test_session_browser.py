"""Sessions and learners in Chromium: a whole story by hand, no fault of access, little to load."""

from datetime import date

import pytest
import time_machine
from playwright.sync_api import expect

from accounts.roles import Role
from accounts.tenancy import staff_context, tenant_context
from learners import services
from learners.models import Enrollment, Learner, TrainingSession
from learners.services import recount_all
from tests import world
from tests.access import unfold, wrongs
from tests.learners.pages import NOW, TODAY, opened
from tests.proving import looks

pytestmark = pytest.mark.browser

MOST_REQUESTS = 6
SESSIONS = (
    ("S2026-0093", "Prise de parole en public", date(2026, 11, 16), 18),
    ("S2026-0089", "Excel : tableaux croisés", date(2026, 11, 9), 18),
    ("S2026-0097", "Sauveteur secouriste du travail", date(2026, 11, 30), 1),
    ("S2026-0099", "RGPD : l’essentiel", date(2026, 12, 7), 0),
    ("S2027-0012", "Hygiène alimentaire (HACCP)", date(2027, 3, 8), 2),
    ("S2026-0084", "Hygiène alimentaire (HACCP)", date(2026, 11, 2), 2),
    ("S2026-0071", "Excel avancé", date(2026, 10, 12), 2),
)
PEOPLE = (
    ("ines.garnier", "Inès", "Garnier"),
    ("malik.benhaddou", "Malik", "Benhaddou"),
    ("cl.morvan", "Claire-Lise", "Morvan"),
    ("theo.vasseur", "Théo", "Vasseur"),
    ("amelie.rousset", "Amélie", "Rousset"),
    ("yann.legoff", "Yann", "Le Goff"),
)


def a_training_body():
    """Commit Ravel with seven sessions; in the first somebody left, in another nobody is."""
    with time_machine.travel(NOW):
        with staff_context():
            world.put_on_sale()
            ravel = world.organization()
            world.member(ravel, "Sam", Role.SALES)
            world.subscribed(ravel, on=date(2026, 9, 9))
        for code, title, starts_on, lasts in SESSIONS:
            settled(ravel, code, title, starts_on, lasts)
        with tenant_context(ravel.pk):
            first = Enrollment.objects.filter(session__code="S2026-0093")
            for email, day in (("theo", 20), ("amelie", 12)):
                left = first.get(learner__email__startswith=email)
                services.cancel_enrollment(enrollment=left, on=date(2026, 11, day))
            TrainingSession.objects.filter(code="S2026-0071").update(is_held=False)
            Enrollment.objects.filter(session__code="S2026-0071").update(session_is_held=False)
        with staff_context():
            recount_all(on=TODAY)


def settled(ravel, code, title, starts_on, lasts):
    session = opened(ravel, code=code, starts_on=starts_on, lasts=lasts, people=())
    with tenant_context(ravel.pk):
        TrainingSession.objects.filter(pk=session.pk).update(title=title)
        for email, first_name, last_name in PEOPLE:
            learner, _created = Learner.objects.get_or_create(
                organization=ravel,
                email=f"{email}@exemple.fr",
                defaults={"first_name": first_name, "last_name": last_name},
            )
            services.enroll(organization=ravel, session=session, learner=learner, on=TODAY)


@pytest.fixture
def enter(visit):
    """Return what opens an address as somebody, on 23 November 2026."""
    with time_machine.travel(NOW):
        yield visit


def addresses() -> dict[str, str]:
    with staff_context():
        session = TrainingSession.objects.get(code="S2026-0093")
        learner = Learner.objects.get(email="theo.vasseur@exemple.fr")
    return {
        "sessions": "/sessions/",
        "session": f"/sessions/{session.pk}/",
        "learners": "/apprenants/",
        "learner": f"/apprenants/{learner.pk}/",
    }


@pytest.mark.seeded(by=a_training_body)
def test_pages_break_no_rule_of_access_in_any_light_or_width(enter, screenshots):
    pages = [(name, *page) for name in ("alice", "sam") for page in addresses().items()]
    for (name, page, path), look in looks(pages):
        tab = enter(name, path, look)
        if name == "alice":
            screenshots(tab, f"{page}-{look[1]}")
        unfold(tab)

        assert wrongs(tab) == [], (page, name, look)


@pytest.mark.seeded(by=a_training_body)
def test_a_session_lives_by_hand(enter, screenshots, tell_figure):
    """Create a session, enrol two, cancel one, move it with its effect, cancel and restore it."""
    tab = enter("alice", "/sessions/nouvelle/")
    tell_figure(f"{len(tab.sent)} requests")
    assert len(tab.sent) <= MOST_REQUESTS

    tab.get_by_label("Intitulé").fill("Anglais B1")
    tab.get_by_label("Premier jour").fill("2026-11-23")
    tab.get_by_role("button", name="Créer et inscrire").click()
    enrol_two(tab)
    tab.get_by_label("Cocher Luc Roy").check()
    tab.get_by_label("À la date du").fill("2026-11-22")
    tab.get_by_role("button", name="Annuler l’inscription").click()
    expect(tab.locator("#counted")).to_contain_text("18 apprenants")

    move(tab, screenshots)
    state = tab.locator("#session .tag").first
    expect(state).to_have_text("À venir")
    tab.locator("summary", has_text="Annuler la session").click()
    tab.get_by_role("button", name="Annuler la session S2026-0100").click()
    expect(state).to_have_text("Annulée")
    tab.get_by_role("button", name="Rétablir la session").click()
    expect(state).to_have_text("À venir")


def enrol_two(tab):
    email, last_name = tab.get_by_label("E-mail"), tab.get_by_label("Nom", exact=True)
    expect(email).to_be_focused()
    email.fill("theo.vasseur@exemple.fr")
    email.press("Enter")
    expect(tab.get_by_text("Théo Vasseur : inscription enregistrée.")).to_be_visible()
    expect(email).to_be_focused()
    expect(tab.locator("#counted")).to_contain_text("18 apprenants comptés sur 500.")
    email.fill("luc.roy@exemple.fr")
    tab.get_by_label("Prénom").fill("Luc")
    last_name.fill("Roy")
    last_name.press("Enter")
    expect(tab.locator("#counted")).to_contain_text("19 apprenants")


def move(tab, screenshots):
    tab.locator("summary", has_text="Déplacer la session").click()
    tab.get_by_label("Premier jour").fill("2026-12-07")
    tab.get_by_label("Dernier jour").fill("2026-12-08")
    tab.get_by_role("button", name="Voir l’effet").click()
    expect(tab.locator(".effect")).to_contain_text("17 apprenants comptés au lieu de 18.")
    screenshots(tab, "session-move")
    tab.get_by_role("button", name="Déplacer la session").click()


@pytest.mark.seeded(by=a_training_body)
def test_keys_reach_what_they_say_once_they_are_turned_on(enter):
    tab = enter("alice", addresses()["session"])

    tab.keyboard.press("/")
    expect(tab.get_by_label("Chercher une session")).not_to_be_focused()
    tab.locator("summary", has_text="Raccourcis clavier").click()
    tab.get_by_label("Activer les raccourcis").check()
    tab.keyboard.press("i")
    expect(tab.get_by_label("E-mail")).to_be_focused()
    tab.keyboard.press("j")
    expect(tab.get_by_label("E-mail")).to_have_value("j")
    tab.keyboard.press("Tab")
    tab.locator("#t-session").focus()
    with tab.expect_navigation():
        tab.keyboard.press("j")
    expect(tab.locator("#t-session")).to_have_text("Excel : tableaux croisés")
    with tab.expect_navigation():
        tab.keyboard.press("k")
    expect(tab.locator("#t-session")).to_have_text("Prise de parole en public")
    tab.keyboard.press("/")
    expect(tab.get_by_label("Chercher une session")).to_be_focused()
