"""Random lives through the pure rules, against the oracle that accrues day by day."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as some

from subscriptions.lines import PERIOD, Line
from subscriptions.periods import Commitment
from subscriptions.spans import Span, entered_periods
from tests.proving import examples
from tests.subscriptions.oracle import Bound, natural_periods
from tests.subscriptions.pure_lives import PLANS, Life
from tests.subscriptions.pure_steps import Step, again, beginnings, live, relive, steps

proved = settings(
    max_examples=examples(100, 10_000), deadline=None, suppress_health_check=list(HealthCheck)
)


proved_twice = settings(proved, max_examples=examples(50, 5_000))  # each life is lived twice


@pytest.mark.parametrize("commitment", Commitment)
@pytest.mark.parametrize(
    "anchor", [date(2024, 2, 29), *(date(2025, 1, day) for day in range(1, 32))]
)
def test_periods_are_contiguous_and_disjoint_for_fifty_years(anchor, commitment):
    until = date(anchor.year + 50, 1, 1)

    periods = entered_periods(
        [Span(commitment, anchor)], ending_after=anchor, starting_before=until
    )

    days = [(each.period.starts_on, each.period.ends_before) for each in periods]
    assert days[0][0] == anchor
    assert [ends for _starts, ends in days[:-1]] == [starts for starts, _ends in days[1:]]
    assert days == list(natural_periods(Bound(commitment.months, anchor), until))


@proved
@given(beginnings(), steps)
def test_each_life_is_billed_to_the_cent_what_each_day_costs(life: Life, story: list[Step]):
    def watch(life: Life, today: date) -> None:
        assert life.missing(life.opened_on) == ()  # asked again, nothing is owed

    live(life, story, watch)

    assert life.departures() == {}
    assert named_twice(life.issued) == []
    assert overdrawn(life.issued) == []


def named_twice(issued: list[Line]) -> list[tuple]:
    """Return the period lines that R11 forbids."""
    names = Counter(line.key[:3] for line in issued if line.kind == PERIOD)
    return [name for name, times in names.items() if times > 1]


def overdrawn(issued: list[Line]) -> list[Line]:
    """Return the credits that gave back more than their component was billed in its period."""
    left = Counter()
    wrong = []
    for line in issued:
        left[line.component, line.commitment, line.ends_before] += line.net_cents
        if left[line.component, line.commitment, line.ends_before] < 0:
            wrong.append(line)
    return wrong


DATED_BY_DAY = ("plan", "take", "late plan", "term")  # deeds that name their own day


@proved_twice
@given(beginnings(), steps)
def test_the_total_is_the_same_before_and_after_the_nightly_job(life: Life, story: list[Step]):
    """R6: on an échéance, a change that comes first and one that comes second cost the same."""
    before, after = again(life), again(life)

    lived = live(life, [step for step in story if step[1] in DATED_BY_DAY])
    relive(before, lived, job_first=False)
    relive(after, lived, job_first=True)

    assert totals(before, after.renews_on) == totals(after, before.renews_on)


@proved_twice
@given(beginnings(), steps, some.sampled_from(PLANS), some.integers(1, 400))
def test_a_change_processed_late_costs_what_it_would_have_cost_in_time(
    life: Life, story: list[Step], plan: str, late: int
):
    """R18: our own delay never costs the customer."""
    lived = live(life, story)
    in_time, processed_late = again(life), again(life)
    relive(in_time, lived, job_first=True)
    relive(processed_late, lived, job_first=True)
    on = max(in_time.free_since(), in_time.renews_on - timedelta(days=late % 40))
    assume(plan != in_time.plan.component)

    in_time.renew_before(on)
    in_time.change_plan(plan, on)
    processed_late.renew_before(on + timedelta(days=late))
    processed_late.change_plan(plan, on)

    until = processed_late.renews_on
    assert totals(in_time, until) == totals(processed_late, in_time.renews_on)


def totals(life: Life, until: date) -> dict[tuple, int]:
    """Bring a life to a day, and return what each component was billed for each period."""
    life.renew_before(until)
    sums = Counter()
    for line in life.issued:
        sums[line.component, line.commitment, line.ends_before] += line.net_cents
    return {key: cents for key, cents in sums.items() if cents}
