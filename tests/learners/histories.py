"""Random histories, played through the real deeds and by hand: R14 told naively."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import strategies as st

from accounts.models import Organization
from learners import services, sessions
from learners.enrollment_row import EnrollmentRow
from learners.models import Enrollment, Learner, TrainingSession

LEARNERS = SESSIONS = 3
DAY = timedelta(days=1)
FIRST = date(2024, 1, 1)
EDGES = [
    date(2023, 2, 28),
    date(2024, 2, 28),
    date(2024, 2, 29),  # 365 days before 28 February 2025
    date(2024, 3, 1),
    date(2024, 3, 31),  # a day of 23 hours in Paris
    date(2024, 10, 27),  # a day of 25
    date(2024, 12, 31),
    date(2025, 2, 28),
    date(2025, 3, 1),
    date(2025, 3, 30),
    date(2025, 10, 26),
]
DAYS = st.one_of(st.sampled_from(EDGES), st.integers(0, 800).map(lambda n: FIRST + n * DAY))
SOME_SESSION = st.integers(0, SESSIONS - 1)
SOME_LEARNER = st.integers(0, LEARNERS - 1)
HISTORIES = st.lists(
    st.one_of(
        st.tuples(st.just("enroll"), SOME_SESSION, SOME_LEARNER),
        st.tuples(st.just("leave"), SOME_SESSION, SOME_LEARNER, DAYS),
        st.tuples(st.just("leave"), SOME_SESSION, SOME_LEARNER, st.integers(-2, 2)),
        st.tuples(st.just("load"), SOME_SESSION, SOME_LEARNER, DAYS, st.none() | DAYS),
        st.tuples(st.just("move"), SOME_SESSION, DAYS),
        st.tuples(st.just("cancel"), SOME_SESSION),
        st.tuples(st.just("restore"), SOME_SESSION),
        st.tuples(st.just("recount"), DAYS),
    ),
    max_size=20,
)
Unit = tuple[int, int]  # a session and a learner, by their numbers
Snapshot = dict[Unit, tuple[bool, date]]  # whether each unit written counts, and from which day


@dataclass
class ByHand:
    """What is written, and what was at each count that was stored."""

    starts: list[date]
    held: list[bool] = field(default_factory=lambda: [True] * SESSIONS)
    left: dict[Unit, date | None] = field(default_factory=dict)
    stored: dict[tuple[date, int], Snapshot] = field(default_factory=dict)

    def snapshot(self) -> Snapshot:
        return {
            (session, learner): (
                self.held[session] and (left is None or left >= self.starts[session]),
                self.starts[session],
            )
            for (session, learner), left in self.left.items()
        }

    def recount(self, on: date) -> int:
        """Store a version if the number differs from the last one's; return how many."""
        last = sum(day == on for day, _version in self.stored)
        if last and len(counted(self.stored[on, last], on)) == len(counted(self.snapshot(), on)):
            return 0
        self.stored[on, last + 1] = self.snapshot()
        return 1


def counted(snapshot: Snapshot, on: date) -> dict[Unit, date]:
    """Return the units counted on a day and from when, every one looked at (R14)."""
    return {
        unit: start
        for unit, (counts, start) in snapshot.items()
        if counts and on - 365 * DAY < start <= on
    }


class Stage:
    """An organization of three sessions and three learners, and the same by hand."""

    def __init__(self, organization: Organization, starts: list[date]):
        self.organization = organization
        self.hand = ByHand(list(starts))
        self.sessions = [
            TrainingSession.objects.create(
                organization=organization, code=f"S{n}", title="Gestes", starts_on=on, ends_on=on
            )
            for n, on in enumerate(starts)
        ]
        self.learners = [
            Learner.objects.create(
                organization=organization, email=f"l{n}@c.fr", first_name=f"{n}", last_name="Été"
            )
            for n in range(LEARNERS)
        ]

    def units(self) -> dict[int, Unit]:
        """Return which unit each enrolment is."""
        session = {row.pk: n for n, row in enumerate(self.sessions)}
        learner = {row.pk: n for n, row in enumerate(self.learners)}
        rows = Enrollment.objects.for_organization(self.organization)
        return {row.pk: (session[row.session_id], learner[row.learner_id]) for row in rows}

    def play(self, deed: str, *told) -> None:
        getattr(self, deed)(*told)

    def enroll(self, session: int, learner: int) -> None:
        services.enroll(
            organization=self.organization,
            session=self.sessions[session],
            learner=self.learners[learner],
            on=FIRST,
        )
        self.hand.left[session, learner] = None

    def leave(self, session: int, learner: int, when: date | int) -> None:
        if self.hand.left.get((session, learner), FIRST) is not None:
            return  # not enrolled
        on = when if isinstance(when, date) else self.hand.starts[session] + when * DAY
        enrollment = Enrollment.objects.get(
            session=self.sessions[session], learner=self.learners[learner]
        )
        services.cancel_enrollment(enrollment=enrollment, on=on)
        self.hand.left[session, learner] = on

    def load(self, session: int, learner: int, start: date, left: date | None) -> None:
        """Import one line, which may move its session."""
        row = EnrollmentRow(
            line=2,
            session_code=f"S{session}",
            title="Gestes",
            starts_on=start,
            ends_on=start,
            email=f"l{learner}@c.fr",
            last_name="Été",
            first_name=f"{learner}",
            status="abandoned" if left else "enrolled",
            left_on=left,
        )
        services.import_rows(organization=self.organization, rows=[row], on=FIRST, by=None)
        self.hand.starts[session] = start
        self.hand.left[session, learner] = left

    def move(self, session: int, on: date) -> None:
        sessions.move_session(session=self.sessions[session], starts_on=on, ends_on=on)
        self.hand.starts[session] = on

    def cancel(self, session: int) -> None:
        sessions.cancel_session(session=self.sessions[session])
        self.hand.held[session] = False

    def restore(self, session: int) -> None:
        sessions.restore_session(session=self.sessions[session])
        self.hand.held[session] = True

    def recount(self, on: date) -> None:
        assert services.recount_all(on=on) == self.hand.recount(on)
        assert services.recount_all(on=on) == 0
