"""« Apprenants comptés »: the number, what makes it, why it changed, the list behind it (R14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import Organization
from digiforma.counted_query import Asked, Edge
from digiforma.foresight import Foresight, foresight
from digiforma.usage_panel import PARIS
from digiforma.waterfall import Bar, Waterfall, waterfall
from learners.causes import Cause
from learners.differences import ChangedRow, Difference, Figure, difference, told
from learners.proof import Behind, CountedRow, CountedSession, Only, Proof, proof
from learners.rolling_year import first_day_counted
from learners.sights import Sight, last_counted_on, stored_sights

PER_PAGE = 20
COMPARED_DAYS = 31
MOST_SESSIONS = 60  # to choose from; above, one writes the code
OF_A_DAY = {Cause.LATE, Cause.CANCELLED, Cause.MOVED}  # nothing enters or leaves within a day


class NoSuchVersion(Exception):
    """The day was never counted in this version."""


@dataclass(frozen=True, slots=True)
class Makeup:
    """« Ce qui fait ce nombre »: of the last count, and until a day near."""

    behind: Behind
    until: date
    leaving: int


@dataclass(frozen=True, slots=True)
class Step:
    """A cause in the waterfall."""

    figure: Figure
    bar: Bar


@dataclass(frozen=True, slots=True)
class Changed:
    """« Pourquoi ce nombre a changé »."""

    difference: Difference
    steps: tuple[Step, ...]
    fall: Waterfall

    @property
    def first_day_since(self) -> date:
        return self.difference.first.on + timedelta(days=1)

    @property
    def left_first_on(self) -> date:
        return first_day_counted(self.difference.first.on)

    @property
    def left_last_on(self) -> date:
        return first_day_counted(self.difference.second.on) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Slice:
    """The lines of one page among all of them, counted from 1."""

    page: int
    count: int

    @property
    def skipped(self) -> int:
        return (self.page - 1) * PER_PAGE

    @property
    def first(self) -> int:
        return min(self.skipped + 1, self.count)

    @property
    def last(self) -> int:
        return min(self.skipped + PER_PAGE, self.count)

    @property
    def has_next(self) -> bool:
        return self.last < self.count

    @property
    def previous(self) -> int:
        return self.page - 1

    @property
    def next(self) -> int:
        return self.page + 1


@dataclass(frozen=True, slots=True)
class Listing:
    """The list behind a count, or behind one figure of the difference."""

    sight: Sight
    versions: tuple[Sight, ...]  # of its day
    behind: Behind
    only: Only
    cause: Cause | None
    slice: Slice
    rows: tuple[CountedRow, ...] | tuple[ChangedRow, ...]

    @property
    def sessions(self) -> tuple[CountedSession, ...]:
        """Those to choose from; none when they are too many for that."""
        sessions = self.behind.sessions
        return () if len(sessions) > MOST_SESSIONS else sessions

    @property
    def is_restated(self) -> bool:
        """Whether it stands for a stored number without being what was counted."""
        return not self.sight.is_proved and self.sight.count != self.behind.count


@dataclass(frozen=True, slots=True)
class CountedPage:
    """The page; `sight` is the count that its number tells."""

    foresight: Foresight
    sight: Sight
    makeup: Makeup
    changed: Changed
    listing: Listing


def counted_page(organization: Organization, asked: Asked, *, at: datetime) -> CountedPage:
    """Return the page at a moment, in three queries more than what is foreseen.

    One more for the list of another count, or of a page beyond the last. Raises NoSuchVersion.
    """
    foreseen = foresight(organization, at=at)
    counts = _Counts(organization, asked, foreseen.usage.counted.on)
    sight, shown = counts.chosen(Edge()), counts.shown
    until = _end_of_next_month(at.astimezone(PARIS).date())
    changed = _changed(difference(organization, counts.since, counts.until))
    proved = _proved(organization, shown, asked, soon=until)
    whole = proved if shown == sight else proof(organization, sight, most=0, soon=until)
    return CountedPage(
        foresight=foreseen,
        sight=sight,
        makeup=Makeup(whole.behind, until, whole.behind.leaving(until=until)),
        changed=changed,
        listing=_listing(organization, asked, counts, proved, changed.difference),
    )


def counted_lines(
    organization: Organization, asked: Asked, *, today: date
) -> tuple[Sight, Sequence[CountedRow] | Sequence[ChangedRow]]:
    """Return every line of the list that is asked for, and the count of which it tells.

    Raises NoSuchVersion.
    """
    counts = _Counts(organization, asked, last_counted_on(organization) or today)
    if asked.cause is None:
        return counts.shown, proof(organization, counts.shown, only=asked.only).rows
    found = difference(organization, counts.since, counts.until)
    return counts.until, told(organization, found.of(asked.cause))


class _Counts:
    """The counts that an address names, read in one query."""

    def __init__(self, organization: Organization, asked: Asked, last_on: date):
        self.last_on = last_on
        until = asked.until.on or max(last_on, asked.since.on or last_on)
        since = asked.since.on or until - timedelta(days=COMPARED_DAYS)
        self.stored = stored_sights(
            organization, {last_on, since, until, asked.shown.on or last_on}
        )
        self.since = self.chosen(asked.since, since)
        self.until = self.chosen(asked.until, until)
        self.shown = self.chosen(asked.shown)

    def chosen(self, edge: Edge, on: date | None = None) -> Sight:
        """Return the version asked for, else the last one, else what is known now of the day."""
        day = edge.on or on or self.last_on
        versions = self.stored.get(day, ())
        if edge.is_now or (edge.version is None and not versions):
            return Sight(day)
        if edge.version is None:
            return versions[-1]
        for sight in versions:
            if sight.version == edge.version:
                return sight
        raise NoSuchVersion


def _end_of_next_month(day: date) -> date:
    in_two_months = (day.replace(day=1) + timedelta(days=62)).replace(day=1)
    return in_two_months - timedelta(days=1)


def _changed(found: Difference) -> Changed:
    is_of_a_day = found.first.on == found.second.on
    figures = [figure for figure in found.figures if not is_of_a_day or figure.cause in OF_A_DAY]
    fall = waterfall(found.before, [figure.change for figure in figures])
    steps = tuple(map(Step, figures, fall.changes))
    return Changed(found, steps, fall)


def _proved(organization: Organization, sight: Sight, asked: Asked, *, soon: date) -> Proof:
    """Return the page asked for of a list, or the last one when that is beyond it."""
    if asked.cause:
        return proof(organization, sight, most=0, soon=soon)
    skipped = (asked.page - 1) * PER_PAGE
    found = proof(organization, sight, only=asked.only, most=PER_PAGE, skipped=skipped, soon=soon)
    part = _slice(asked, found.behind.matching(asked.only))
    if part.skipped == skipped:
        return found
    return proof(
        organization, sight, only=asked.only, most=PER_PAGE, skipped=part.skipped, soon=soon
    )


def _slice(asked: Asked, count: int) -> Slice:
    return Slice(page=min(asked.page, max(1, -(-count // PER_PAGE))), count=count)


def _listing(
    organization: Organization, asked: Asked, counts: _Counts, proved: Proof, found: Difference
) -> Listing:
    rows: Sequence[CountedRow] | Sequence[ChangedRow] = proved.rows
    part = _slice(asked, proved.behind.matching(asked.only))
    if asked.cause:
        changes = found.of(asked.cause)
        part = _slice(asked, len(changes))
        rows = told(organization, changes[part.skipped : part.skipped + PER_PAGE])
    return Listing(
        sight=counts.shown,
        versions=counts.stored.get(counts.shown.on, ()),
        behind=proved.behind,
        only=asked.only,
        cause=asked.cause,
        slice=part,
        rows=tuple(rows),
    )
