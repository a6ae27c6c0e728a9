"""Lines of one file that speak of the same thing: what they agree on, what they cannot both say.

Two spellings of a title or a name are no contradiction: the last line is believed and a notice
says so. Two first days for one session are.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from operator import attrgetter

from django.utils.translation import gettext as _

from learners.csv_text import Problem
from learners.enrollment_row import EnrollmentRow, Notice

MAX_NOTICES = 100
STATUS_TEXTS = {"enrolled": "inscrit", "cancelled": "annulé", "abandoned": "abandon"}


def settle(
    rows: Iterable[EnrollmentRow],
) -> tuple[list[EnrollmentRow], list[Problem], list[Notice]]:
    """Return one row for each enrolment, the problems, the notices.

    A session with two dates leaves the rows altogether, as does a learner told twice differently
    in one session; identical lines count once; cancelled and enrolled is enrolled.
    """
    rows = list(rows)
    problems, notices = [], []
    dated = _without_clashing_sessions(rows, problems)
    kept = []
    for same in _grouped(dated, attrgetter("key")):
        kept.extend(_one_of(same, problems, notices))
    notices.extend(_two_spellings(kept))
    return kept, problems, notices[:MAX_NOTICES]


def _grouped(rows: Iterable[EnrollmentRow], key) -> list[list[EnrollmentRow]]:
    groups = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return list(groups.values())


def _without_clashing_sessions(
    rows: list[EnrollmentRow], problems: list[Problem]
) -> list[EnrollmentRow]:
    clashing = set()
    for same in _grouped(rows, attrgetter("session_code")):
        found = list(_date_clashes(same))
        problems.extend(found)
        if found:
            clashing.add(same[0].session_code)
    return [row for row in rows if row.session_code not in clashing]


def _date_clashes(same: list[EnrollmentRow]) -> Iterator[Problem]:
    first = same[0]
    for row in same[1:]:
        for column, code, field in (
            ("debut", "session_two_starts", "starts_on"),
            ("fin", "session_two_ends", "ends_on"),
        ):
            said, before = getattr(row, field), getattr(first, field)
            if said != before:
                message = _("La session %(session)s a une autre date ligne %(line)d : %(date)s.")
                told = {"session": row.session_code, "line": first.line, "date": _french(before)}
                yield Problem(code, message % told, row.line, column, _french(said))


def _french(day) -> str:
    return f"{day:%d/%m/%Y}"


def _one_of(
    same: list[EnrollmentRow], problems: list[Problem], notices: list[Notice]
) -> list[EnrollmentRow]:
    """Return the row that stands for lines of one learner and session; none if they clash."""
    last = same[-1]
    if len(same) == 1:
        return same
    lines = {"lines": _lines(same)}
    facts = {(row.status, row.left_on) for row in same}
    if len(facts) == 1:
        message = _("Les lignes %(lines)s sont identiques : comptées une fois.")
        notices.append(Notice("identical_lines", message % lines))
        return [last]
    enrolled = [row for row in same if row.status == "enrolled"]
    if enrolled and {row.status for row in same} == {"enrolled", "cancelled"}:
        message = _("Les lignes %(lines)s annulent et inscrivent le même apprenant : inscrit.")
        notices.append(Notice("cancelled_then_enrolled", message % lines))
        return [enrolled[-1]]
    message = _("Les lignes %(lines)s se contredisent sur le même apprenant : gardez-en une.")
    problems.append(
        Problem(
            "enrollment_contradiction",
            message % lines,
            last.line,
            "statut",
            STATUS_TEXTS[last.status],
        )
    )
    return []


def _lines(rows: list[EnrollmentRow]) -> str:
    numbers = [str(row.line) for row in rows]
    return _("%(first)s et %(last)s") % {
        "first": ", ".join(numbers[:-1]),
        "last": numbers[-1],
    }


def _two_spellings(rows: list[EnrollmentRow]) -> Iterator[Notice]:
    for code, key, text, message in (
        (
            "session_two_titles",
            attrgetter("session_code"),
            attrgetter("title"),
            _("La session %(key)s a deux intitulés, lignes %(first)d et %(last)d : « %(text)s »."),
        ),
        (
            "learner_two_names",
            attrgetter("email"),
            lambda row: f"{row.first_name} {row.last_name}",
            _("%(key)s a deux noms, lignes %(first)d et %(last)d : « %(text)s »."),
        ),
    ):
        for same in _grouped(rows, key):
            last = same[-1]
            other = next((row for row in same if text(row) != text(last)), None)
            if other:
                told = {"key": key(last), "first": other.line, "last": last.line}
                yield Notice(code, message % {**told, "text": text(last)})
