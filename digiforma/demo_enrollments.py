"""Invented sessions and learners, the same for the same organization and day."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from digiforma.demo import Learners
from learners.enrollment_row import EnrollmentRow
from learners.models import Status
from learners.rolling_year import DAYS_COUNTED

PLANNED_DAYS = 90
LONGEST_SESSION = 5
SMALLEST_GROUP, LARGEST_GROUP = 4, 11
FEWEST_DAYS_BEFORE, MOST_DAYS_BEFORE = 5, 60  # the first day, that one enrols
CANCELLED_EVERY, ABANDONED_EVERY = 23, 31


def _words(text: str) -> list[str]:
    return text.split()


TITLES = (
    "Prise de parole en public",
    "Anglais professionnel B1",
    "Excel, niveau 2",
    "Sauveteur secouriste du travail",
    "Conduite d’entretien annuel",
    "Hygiène alimentaire (HACCP)",
    "Gestes et postures",
    "Management d’équipe",
    "Comptabilité pour débuter",
    "Relation client à distance",
    "Bilan de compétences",
    "Illustrator, les bases",
)
FIRST_NAMES = _words(
    "Alice Amine Anaïs Antoine Awa Bastien Camille Chloé David Élodie Emma Fatou Gabriel Hélène "
    "Inès Jean Julie Karim Laura Léo Louise Lucie Malik Marc Marie Mehdi Nina Noé Olivia Paul "
    "Rémi Sarah Simon Sofia Théo Valentin Yann Zoé"
)
LAST_NAMES = _words(
    "Arnaud Bernard Besson Blanc Bonnet Bouvier Carpentier Chevalier Colin Cordier Delmas Diallo "
    "Dubois Dumas Fabre Fournier Gautier Giraud Haddad Hamel Hubert Jacquet Lacroix Lambert "
    "Lebrun Lefèvre Lopez Marchal Masson Meunier Nguyen Olivier Pasquier Perrot Picard Poulain "
    "Renard Rivière Roussel Schmitt Tessier Traoré Vasseur Weber"
)


def rows(*, slug: str, learners: Learners, today: date) -> list[EnrollmentRow]:
    """Return the enrolments of one organization; exactly `learners.this_year` count today."""
    chance = random.Random(slug)
    first = today - timedelta(days=DAYS_COUNTED - 1)
    windows = (
        (first - timedelta(days=DAYS_COUNTED), first - timedelta(days=1), learners.last_year),
        (first, today, learners.this_year),
        (today + timedelta(days=1), today + timedelta(days=PLANNED_DAYS), learners.planned),
    )
    told = []
    for starts, ends, units in windows:
        for on, size in _sessions(chance, starts, ends, units):
            told.extend(_session_rows(chance, on=on, size=size, line=len(told) + 1, today=today))
    return told


def known_on(row: EnrollmentRow, *, slug: str) -> date:
    """Return the day on which an enrolment is entered: before its session, or late, on leaving."""
    if row.left_on:
        return row.left_on
    chance = random.Random(f"{slug} {row.session_code} {row.email}")
    return row.starts_on - timedelta(days=chance.randint(FEWEST_DAYS_BEFORE, MOST_DAYS_BEFORE))


def _sessions(
    chance: random.Random, first: date, last: date, units: int
) -> Iterator[tuple[date, int]]:
    """Cut units into groups, each on a working day of a window."""
    days = [
        day
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1))
        if day.weekday() < 5
    ]
    while units:
        size = min(units, chance.randint(SMALLEST_GROUP, LARGEST_GROUP))
        yield chance.choice(days), size
        units -= size


def _session_rows(
    chance: random.Random, *, on: date, size: int, line: int, today: date
) -> Iterator[EnrollmentRow]:
    """Tell one session: those who count, some of whom leave on the way, and some who never came."""
    title = chance.choice(TITLES)
    ends_on = on + timedelta(days=chance.randrange(LONGEST_SESSION))
    people = chance.sample(range(len(FIRST_NAMES) * len(LAST_NAMES)), size + 1)
    absent = people.pop()
    for number, person in enumerate(people, start=line):
        leaves = number % ABANDONED_EVERY == 0 and on < today
        left_on = min(on + timedelta(days=1), today) if leaves else None
        status = Status.ABANDONED if leaves else Status.ENROLLED
        yield _row(number, line, title, (on, ends_on), person, (status, left_on))
    if line % CANCELLED_EVERY < size:
        cancelled = (Status.CANCELLED, min(on, today) - timedelta(days=3))
        yield _row(line + size, line, title, (on, ends_on), absent, cancelled)


def _row(
    line: int,
    first_line: int,
    title: str,
    days: tuple[date, date],
    person: int,
    fate: tuple[str, date | None],
) -> EnrollmentRow:
    first_name = FIRST_NAMES[person % len(FIRST_NAMES)]
    last_name = LAST_NAMES[person // len(FIRST_NAMES)]
    return EnrollmentRow(
        line=line,
        session_code=f"DEMO-{first_line:04d}",
        title=title,
        starts_on=days[0],
        ends_on=days[1],
        email=f"apprenant{person:04d}@exemple.fr",
        last_name=last_name,
        first_name=first_name,
        status=fate[0],
        left_on=fate[1],
    )
