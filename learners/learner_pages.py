"""What the pages of learners show: the list, one person with their sessions."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from accounts.models import Organization
from learners.cells import normalise_email
from learners.models import Enrollment, Learner, Status
from learners.rolling_year import first_day_counted, is_counted, leaves_on
from learners.searches import matching, searched
from learners.session_pages import Pages, cut, pages_address

LEARNERS_A_PAGE = 25
SESSIONS_A_PAGE = 25


@dataclass(frozen=True, slots=True)
class LearnerLine:
    """A learner in the list, with how many sessions, and how many of them count today."""

    pk: int
    name: str
    email: str
    sessions: int
    counted: int


@dataclass(frozen=True, slots=True)
class LearnerList:
    """The learners of one page, for what was searched."""

    lines: list[LearnerLine]
    pages: Pages
    query: str

    @property
    def pages_address(self) -> str:
        return pages_address(self.query)


def learner_list(
    organization: Organization, *, on: date, query: str = "", number: int = 1
) -> LearnerList:
    """Return a page of the learners by name; one whose exact address is asked for comes alone."""
    everybody = Learner.objects.for_organization(organization).filter(merged_into=None)
    found, pages = _with_address(organization, query), Pages(1, has_next=False)
    if not found:
        rows = everybody.order_by("last_name", "first_name", "email", "pk")
        if query:
            rows = rows.annotate(searched=searched("first_name", "last_name", "email"))
            rows = rows.filter(matching(query))
        found, pages = cut(rows, number, LEARNERS_A_PAGE)
    numbers = _numbers(organization, found, on)
    lines = [
        LearnerLine(row.pk, _name(row), row.email, *numbers.get(row.pk, (0, 0))) for row in found
    ]
    return LearnerList(lines, pages, query)


def _with_address(organization: Organization, query: str) -> list[Learner]:
    """Return who has an address, found by its index, or whom that one was merged into."""
    if "@" not in query:
        return []
    rows = Learner.objects.for_organization(organization).select_related("merged_into")
    return [row.merged_into or row for row in rows.filter(email=normalise_email(query))]


def _numbers(
    organization: Organization, learners: list[Learner], on: date
) -> dict[int, tuple[int, int]]:
    """Return the sessions of some learners, and how many of them count on a day."""
    inside = Q(counted=True, counts_on__range=(first_day_counted(on), on))
    rows = (
        Enrollment.objects.for_organization(organization)
        .filter(learner__in=[learner.pk for learner in learners])
        .exclude(status=Status.MERGED)
        .order_by()
        .values("learner")
        .annotate(sessions=Count("pk"), inside=Count("pk", filter=inside))
        .values_list("learner", "sessions", "inside")
    )
    return {key: (sessions, counted) for key, sessions, counted in rows}


def _name(learner: Learner) -> str:
    return str(learner).strip() or learner.email


@dataclass(frozen=True, slots=True)
class AttendedSession:
    """A session of one learner: when it counts, or why it does not."""

    session: int
    code: str
    title: str
    starts_on: date
    ends_on: date
    is_held: bool
    status: Status
    left_on: date | None
    is_counted: bool
    counts_now: bool
    is_to_come: bool

    @property
    def leaves_on(self) -> date:
        return leaves_on(self.starts_on)


@dataclass(frozen=True, slots=True)
class LearnerCard:
    """One learner, what counts today, a page of sessions, the other addresses of the person."""

    learner: Learner
    name: str
    counted: int
    sessions: int
    lines: list[AttendedSession]
    pages: Pages
    other_addresses: list[str]


def learner_card(organization: Organization, key: int, *, on: date, number: int = 1) -> LearnerCard:
    """Return one learner with their sessions, latest first. Raises Learner.DoesNotExist."""
    learner = Learner.objects.for_organization(organization).get(pk=key)
    rows = Enrollment.objects.for_organization(organization).filter(learner=learner)
    rows = rows.exclude(status=Status.MERGED).select_related("session")
    found, pages = cut(rows.order_by("-counts_on", "-pk"), number, SESSIONS_A_PAGE)
    sessions, counted = _numbers(organization, [learner], on).get(learner.pk, (0, 0))
    others = learner.merged.order_by("email").values_list("email", flat=True)
    return LearnerCard(
        learner=learner,
        name=_name(learner),
        counted=counted,
        sessions=sessions,
        lines=[_attended(row, on) for row in found],
        pages=pages,
        other_addresses=list(others),
    )


def _attended(row: Enrollment, on: date) -> AttendedSession:
    return AttendedSession(
        session=row.session_id,
        code=row.session.code,
        title=row.session.title,
        starts_on=row.session.starts_on,
        ends_on=row.session.ends_on,
        is_held=row.session.is_held,
        status=Status(row.status),
        left_on=row.left_on,
        is_counted=row.counted,
        counts_now=row.counted and is_counted(row.counts_on, on=on),
        is_to_come=row.counts_on > on,
    )
