"""One enrolment as a file tells it, and what is worth saying about the file."""

from dataclasses import dataclass
from datetime import date


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
