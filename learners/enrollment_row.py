"""One enrolment as a file tells it, and what is worth saying about the file."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from learners.rolling_year import is_counted


@dataclass(frozen=True, slots=True)
class EnrollmentRow:
    """One sound line: `status` is a value of `models.Status`, the address is normalised."""

    line: int
    session_code: str
    title: str
    starts_on: date
    ends_on: date
    email: str
    last_name: str
    first_name: str
    status: str
    left_on: date | None

    @property
    def key(self) -> tuple[str, str]:
        """The unit that is counted (R14): one learner in one session."""
        return self.session_code, self.email


@dataclass(frozen=True, slots=True)
class Notice:
    """Something tolerated in a file, told to whoever sent it."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Spread:
    """Where rows stand around the rolling year of a day: why so many lines count so few."""

    inside: int
    older: int
    upcoming: int
    never: int


def spread(rows: Iterable[EnrollmentRow], *, on: date) -> Spread:
    """Sort rows by whether they count on a day, did before, will later, or never (R14)."""
    places = Counter(_place(row, on) for row in rows)
    return Spread(places["inside"], places["older"], places["upcoming"], places["never"])


def _place(row: EnrollmentRow, on: date) -> str:
    if row.left_on and row.left_on < row.starts_on:
        return "never"
    if row.starts_on > on:
        return "upcoming"
    return "inside" if is_counted(row.starts_on, on=on) else "older"
