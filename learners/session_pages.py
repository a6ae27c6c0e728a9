"""What the pages of sessions show: the list in its four groups, one session, its learners."""

import re
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from urllib.parse import urlencode

from django.db.models import (
    Case,
    Count,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from learners.models import Enrollment, Status, TrainingSession
from learners.rolling_year import is_counted, leaves_on
from learners.searches import matching, searched

SESSIONS_A_PAGE = 14
LEARNERS_A_PAGE = 20
LAST_PAGE = 100_000
SHOWN = ~Q(status=Status.MERGED)  # the other enrolment of the person stands for it


class Stage(TextChoices):
    """Where a session stands on a day; the values are in the order of the list."""

    RUNNING = "a", _("En cours")
    UPCOMING = "b", _("À venir")
    OVER = "c", _("Terminées")
    CANCELLED = "d", _("Annulées")


@dataclass(frozen=True, slots=True)
class Pages:
    """Which page of a list is shown; an empty number leads nowhere."""

    number: int
    has_next: bool

    @property
    def previous(self) -> int:
        return self.number - 1

    @property
    def next(self) -> int:
        return self.number + 1 if self.has_next else 0

    @property
    def is_needed(self) -> bool:
        return self.has_next or self.number > 1


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session in the list; `key` is the shortcut that opens it, from the one that is open."""

    pk: int
    code: str
    title: str
    starts_on: date
    ends_on: date
    stage: Stage
    counted: int
    key: str = ""
    other_year: str = ""  # when it is not this one

    @property
    def lasts(self) -> bool:
        return self.starts_on != self.ends_on


@dataclass(frozen=True, slots=True)
class SessionList:
    """The sessions of one page, by stage, for what was searched."""

    groups: list[tuple[Stage, list[SessionLine]]]
    pages: Pages
    query: str

    @property
    def address(self) -> str:
        """Return what leads back to this page of the list."""
        page = {"page": self.pages.number} if self.pages.number > 1 else {}
        told = urlencode(({"q": self.query} if self.query else {}) | page)
        return told and f"?{told}"

    @property
    def pages_address(self) -> str:
        return pages_address(self.query)

    @property
    def codes(self) -> list[SessionLine]:
        """Return where learners may be moved: the sessions of this page that are held."""
        lines = (line for _stage, lines in self.groups for line in lines)
        return [line for line in lines if line.stage != Stage.CANCELLED]


def pages_address(query: str) -> str:
    """Return what leads to the pages of a search, but for their number."""
    return f"?{urlencode({'q': query})}&page=" if query else "?page="


def page_number(text: str) -> int:
    """Return the page that an address names, the first one for nonsense."""
    return min(int(text), LAST_PAGE) if re.fullmatch("[1-9][0-9]{0,8}", text) else 1


def cut(rows: QuerySet, number: int, size: int) -> tuple[list, Pages]:
    """Return the rows of one page, and whether there are more, in one query."""
    first = (number - 1) * size
    found = list(rows[first : first + size + 1])
    return found[:size], Pages(number, len(found) > size)


def session_list(
    organization: Organization, *, on: date, query: str = "", number: int = 1, shown: int = 0
) -> SessionList:
    """Return a page of the sessions: running, to come soonest first, over and cancelled latest
    first. `shown` is the one that is open beside the list."""
    rows = _staged(organization, on)
    if query:
        rows = rows.annotate(searched=searched("title", "code")).filter(matching(query))
    rows = rows.order_by("stage", "soonest", "-starts_on", "code", "pk")
    found, pages = cut(rows, number, SESSIONS_A_PAGE)
    keys = _keys([row.pk for row in found], shown)
    lines = [_line(row, keys.get(row.pk, ""), on) for row in found]
    groups = groupby(lines, key=lambda line: line.stage)
    return SessionList([(stage, list(same)) for stage, same in groups], pages, query)


def _staged(organization: Organization, on: date) -> QuerySet:
    stage = Case(
        When(is_held=False, then=Value(Stage.CANCELLED.value)),
        When(starts_on__gt=on, then=Value(Stage.UPCOMING.value)),
        When(ends_on__lt=on, then=Value(Stage.OVER.value)),
        default=Value(Stage.RUNNING.value),
    )
    return TrainingSession.objects.for_organization(organization).annotate(
        stage=stage,
        soonest=Case(When(is_held=True, starts_on__gt=on, then=F("starts_on"))),
        counted=_number(counted=True),
    )


def _number(*conditions: Q, **chosen) -> Coalesce:
    """Return how many enrolments of each session are so."""
    rows = Enrollment.objects.filter(*conditions, session=OuterRef("pk"), **chosen).order_by()
    numbers = rows.values("session").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(numbers), 0)


def _keys(order: list[int], shown: int) -> dict[int, str]:
    """Return the shortcuts to the sessions after and before the open one."""
    place = order.index(shown) if shown in order else -1
    keys = {}
    if place > 0:
        keys[order[place - 1]] = "k"
    if place + 1 < len(order):
        keys[order[place + 1]] = "j"
    return keys


def _line(row: TrainingSession, key: str, on: date) -> SessionLine:
    return SessionLine(
        pk=row.pk,
        code=row.code,
        title=row.title,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        stage=Stage(row.stage),
        counted=row.counted,
        key=key,
        other_year="" if row.ends_on.year == on.year else str(row.ends_on.year),
    )


@dataclass(frozen=True, slots=True)
class EnrollmentLine:
    """Somebody's enrolment in a session."""

    pk: int
    learner: int
    name: str
    email: str
    enrolled_on: date
    status: Status
    left_on: date | None
    is_counted: bool

    @property
    def is_present(self) -> bool:
        return self.status == Status.ENROLLED


@dataclass(frozen=True, slots=True)
class SessionCard:
    """One session, what it counts and a page of its learners."""

    session: TrainingSession
    stage: Stage
    counted: int
    counts_now: bool
    total: int
    cancelled: int
    lines: list[EnrollmentLine]
    pages: Pages

    @property
    def leaves_on(self) -> date:
        return leaves_on(self.session.starts_on)

    @property
    def has_left(self) -> bool:
        """Say whether the rolling year has passed it."""
        return not self.counts_now and self.stage in {Stage.RUNNING, Stage.OVER}

    @property
    def counted_today(self) -> int:
        """How many fewer would be counted today without it."""
        return self.counted if self.counts_now else 0

    @property
    def first_shown(self) -> int:
        return (self.pages.number - 1) * LEARNERS_A_PAGE + 1

    @property
    def last_shown(self) -> int:
        return self.first_shown + len(self.lines) - 1

    @property
    def has_present(self) -> bool:
        return any(line.is_present for line in self.lines)


def session_card(organization: Organization, key: int, *, on: date, number: int = 1) -> SessionCard:
    """Return one session with a page of its learners. Raises TrainingSession.DoesNotExist."""
    session = (
        _staged(organization, on)
        .annotate(total=_number(SHOWN), cancelled=_number(status=Status.CANCELLED))
        .select_related("organization")
        .get(pk=key)
    )
    rows = Enrollment.objects.for_organization(organization).filter(SHOWN, session=session)
    order = ("learner__last_name", "learner__first_name", "learner__email", "pk")
    found, pages = cut(rows.select_related("learner").order_by(*order), number, LEARNERS_A_PAGE)
    return SessionCard(
        session=session,
        stage=Stage(session.stage),
        counted=session.counted,
        counts_now=session.is_held and is_counted(session.starts_on, on=on),
        lines=[_enrollment_line(row) for row in found],
        pages=pages,
        total=session.total,
        cancelled=session.cancelled,
    )


def _enrollment_line(row: Enrollment) -> EnrollmentLine:
    return EnrollmentLine(
        pk=row.pk,
        learner=row.learner_id,
        name=str(row.learner).strip() or row.learner.email,
        email=row.learner.email,
        enrolled_on=row.created_at,
        status=Status(row.status),
        left_on=row.left_on,
        is_counted=row.counted,
    )


def next_code(organization: Organization, *, year: int) -> str:
    """Return the code after the highest of a year: S2026-0104, then S2026-0105."""
    start = f"S{year}-"
    codes = TrainingSession.objects.for_organization(organization)
    numbered = codes.filter(code__regex=rf"^{start}[0-9]{{4,9}}$").values_list("code", flat=True)
    highest = max((int(code.removeprefix(start)) for code in numbered), default=0)
    return f"{start}{highest + 1:04}"
