"""Random histories, played through the real deeds and by hand: R14 told naively."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import strategies as st

from accounts.models import Organization
from learners import identities, services, sessions, tallies
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
        st.tuples(st.just("merge"), SOME_LEARNER, SOME_LEARNER),
        st.tuples(st.just("recount"), DAYS),
        st.tuples(st.just("fold")),
    ),
    max_size=20,
)
Unit = tuple[int, int]  # a session and the learner first enrolled in it, by their numbers
Snapshot = dict[Unit, tuple[bool, date]]  # whether each unit written counts, and from which day


@dataclass
class ByHand:
    """What is written, and what was at each count that was stored."""

    starts: list[date]
    held: list[bool] = field(default_factory=lambda: [True] * SESSIONS)
    left: dict[Unit, date | None] = field(default_factory=dict)
    owners: dict[Unit, int] = field(default_factory=dict)
    doubled: set[Unit] = field(default_factory=set)
    merged: dict[int, int] = field(default_factory=dict)
    stored: dict[tuple[date, int], Snapshot] = field(default_factory=dict)

    def person(self, learner: int) -> int:
        """Return whom a learner stands for."""
        return self.person(self.merged[learner]) if learner in self.merged else learner

    def unit(self, session: int, learner: int) -> Unit:
        """Return somebody's unit in a session, or the one that enrolling would make."""
        person = self.person(learner)
        for unit, owner in self.owners.items():
            if (unit[0], owner) == (session, person) and unit not in self.doubled:
                return unit
        return session, person

    def write(self, session: int, learner: int, left: date | None) -> None:
        unit = self.unit(session, learner)
        self.owners.setdefault(unit, self.person(learner))
        self.left[unit] = left

    def counts(self, unit: Unit) -> bool:
        session, left = unit[0], self.left[unit]
        is_there = left is None or left >= self.starts[session]
        return self.held[session] and is_there and unit not in self.doubled

    def snapshot(self) -> Snapshot:
        return {unit: (self.counts(unit), self.starts[unit[0]]) for unit in self.left}

    def merge(self, kept: int, duplicate: int) -> None:
        """Join two people: of two units in a session the better stays."""
        for unit in [unit for unit, owner in self.owners.items() if owner == duplicate]:
            if unit in self.doubled:
                continue
            other = self.unit(unit[0], kept)
            if other not in self.left:
                self.owners[unit] = kept
                continue
            if self._rank(unit) > self._rank(other):
                self.left[other] = self.left[unit]
            self.doubled.add(unit)
        self.merged[duplicate] = kept

    def _rank(self, unit: Unit) -> tuple[bool, bool, date]:
        left = self.left[unit]
        return left is None, self.counts(unit), left or FIRST

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
        units = {(unit[0], owner): unit for unit, owner in self.hand.owners.items()}
        rows = Enrollment.objects.for_organization(self.organization)
        return {row.pk: units[session[row.session_id], learner[row.learner_id]] for row in rows}

    def play(self, deed: str, *told) -> None:
        getattr(self, deed)(*told)

    def enroll(self, session: int, learner: int) -> None:
        services.enroll(
            organization=self.organization,
            session=self.sessions[session],
            learner=self.learners[learner],
            on=FIRST,
        )
        self.hand.write(session, learner, None)

    def leave(self, session: int, learner: int, when: date | int) -> None:
        unit = self.hand.unit(session, learner)
        if self.hand.left.get(unit, FIRST) is not None:
            return  # not enrolled
        on = when if isinstance(when, date) else self.hand.starts[session] + when * DAY
        owner = self.learners[self.hand.owners[unit]]
        enrollment = Enrollment.objects.get(session=self.sessions[session], learner=owner)
        services.cancel_enrollment(enrollment=enrollment, on=on)
        self.hand.left[unit] = on

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
        self.hand.write(session, learner, left)

    def move(self, session: int, on: date) -> None:
        sessions.move_session(session=self.sessions[session], starts_on=on, ends_on=on)
        self.hand.starts[session] = on

    def cancel(self, session: int) -> None:
        sessions.cancel_session(session=self.sessions[session])
        self.hand.held[session] = False

    def restore(self, session: int) -> None:
        sessions.restore_session(session=self.sessions[session])
        self.hand.held[session] = True

    def merge(self, kept: int, duplicate: int) -> None:
        if kept == duplicate or {kept, duplicate} & self.hand.merged.keys():
            return  # refused
        identities.merge_learners(
            kept=self.learners[kept], duplicate=self.learners[duplicate], on=FIRST, by=None
        )
        self.hand.merge(kept, duplicate)

    def recount(self, on: date) -> None:
        assert services.recount_all(on=on) == self.hand.recount(on)
        assert services.recount_all(on=on) == 0

    def fold(self) -> None:
        """Add up the parts of each day, which changes no count."""
        tallies.fold()
