"""Ravel's learners over a month in which everything happens, counted at both ends."""

from datetime import date
from types import SimpleNamespace

from accounts.models import Organization
from learners import services, sessions
from learners.enrollment_row import EnrollmentRow
from learners.models import TrainingSession
from tests.digiforma import ravel
from tests.digiforma.ravel import TODAY

SINCE = date(2026, 10, 23)
FIRST_NAMES = ("Inès", "Malik", "Claire-Lise", "Yann", "Fatou", "Théo", "Amélie")
LAST_NAMES = (
    *("Garnier", "Benhaddou", "Morvan", "Le Goff", "Diarra", "Vasseur", "Rousset", "Petit"),
    *("Nguyen", "Fontaine", "Haddad"),
)
# Code, title, first day, how many: 392 on 23 October 2026.
BEGUN = (
    ("S2025-0098", "Prise de parole en public", date(2025, 10, 27), 20),
    ("S2025-0104", "Excel : tableaux croisés", date(2025, 11, 10), 21),
    ("S2025-0112", "Hygiène alimentaire (HACCP)", date(2025, 12, 8), 77),
    ("S2026-0027", "RGPD : l’essentiel", date(2026, 3, 9), 77),
    ("S2026-0041", "Gestes et postures", date(2026, 5, 4), 77),
    ("S2026-0066", "Habilitation électrique", date(2026, 7, 6), 74),
    ("S2026-0071", "Sauveteur secouriste du travail", date(2026, 9, 14), 6),
    ("S2026-0078", "Anglais professionnel", date(2026, 10, 5), 4),
    ("S2026-0080", "Conduite de réunion", date(2026, 10, 12), 36),
)
PLANNED = (
    ("S2026-0089", "Excel : tableaux croisés", date(2026, 11, 9), 28),
    ("S2026-0093", "Prise de parole en public", date(2026, 11, 16), 30),
    ("S2026-0097", "Gestion du temps", date(2026, 12, 14), 6),
    ("S2026-0099", "RGPD : l’essentiel", date(2026, 12, 21), 40),
)


def a_month(**what) -> SimpleNamespace:
    """Count Ravel on 23 October and 23 November 2026, twice on the last. Staff scope.

    58 enter, 41 leave, 7 are written late, 6 are cancelled, 6 move in and 4 out: 392, then 412.
    """
    there = ravel.found(learners=0, is_counted=False, **what)
    for session in (*BEGUN, *PLANNED):
        load(there.ravel, *session)
    services.recount_all(on=SINCE)
    cancelled, leaving, coming = (of_code(there.ravel, f"S2026-00{n}") for n in (71, 78, 97))
    sessions.cancel_session(session=cancelled)
    sessions.move_session(session=leaving, starts_on=date(2026, 12, 7), ends_on=date(2026, 12, 7))
    sessions.move_session(session=coming, starts_on=date(2026, 11, 2), ends_on=date(2026, 11, 2))
    load(there.ravel, "S2026-0080", "Conduite de réunion", date(2026, 10, 12), 42)
    services.recount_all(on=TODAY)  # 411
    load(there.ravel, "S2026-0080", "Conduite de réunion", date(2026, 10, 12), 43)
    services.recount_all(on=TODAY)
    return there


def load(organization: Organization, code: str, title: str, on: date, learners: int) -> None:
    """Import a session whose first learners may be known."""
    rows = [
        EnrollmentRow(
            line=number + 2,
            session_code=code,
            title=title,
            starts_on=on,
            ends_on=on,
            email=f"{number}@exemple.fr",
            last_name=LAST_NAMES[number % len(LAST_NAMES)],
            first_name=FIRST_NAMES[number % len(FIRST_NAMES)],
            status="enrolled",
            left_on=None,
        )
        for number in range(learners)
    ]
    services.import_rows(organization=organization, rows=rows, on=TODAY, by=None)


def of_code(organization: Organization, code: str) -> TrainingSession:
    return TrainingSession.objects.for_organization(organization).get(code=code)
