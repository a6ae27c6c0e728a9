"""The steps of a random life: days that pass, and what is done on them."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as some

from subscriptions.periods import Commitment
from tests.subscriptions.pure_lives import ANNUAL, MONTHLY, OPTIONS, PLANS, Life, price_lists

# One step of a life: days that pass, what is done, and numbers that say to what.
Step = tuple[int, str, int, int]
Dated = tuple[date, str, int, int]  # the same, on its day
steps = some.lists(
    some.tuples(
        some.integers(0, 45) | some.just(0),
        some.sampled_from(["plan", "plan", "late plan", "take", "take", "end", "term"])
        | some.sampled_from(["agree", "discount", "late discount"]),
        some.integers(0, 60_000),
        some.integers(0, 100),
    ),
    max_size=10,
)
anchors = some.dates(date(2023, 11, 1), date(2024, 12, 31)) | some.sampled_from(
    [date(2024, 2, 29), date(2023, 12, 31), date(2024, 1, 29), date(2024, 1, 30)]
)


@some.composite
def beginnings(draw) -> Life:
    return Life(draw(price_lists()), draw(anchors), draw(some.sampled_from(Commitment)))


def again(life: Life) -> Life:
    """Return a life that begins like this one."""
    return Life(life.listed, life.opened_on, life.commitment)


def live(
    life: Life,
    story: Iterable[Step],
    after: Callable[[Life, date], None] = lambda life, today: None,
) -> list[Dated]:
    """Let a life go through a story; `after` looks at it on each day something was done."""
    lived = []
    today = life.opened_on
    for passed, deed, cents, number in story:
        today = _next_day(life, today, passed, number)
        lived.append((today, deed, cents, number))
        relive(life, lived[-1:], job_first=number % 2 == 1)
        after(life, today)
    return lived


def relive(life: Life, story: Iterable[Dated], *, job_first: bool) -> None:
    """Let a life go through the days of another; the nightly job comes first, or not."""
    for today, deed, cents, number in story:
        life.renew_before(today + timedelta(days=1) if job_first else today)
        DEEDS[deed](life, today, cents, number)


def _next_day(life: Life, today: date, passed: int, number: int) -> date:
    """Return the next day, one in four on an échéance, its eve or its morrow."""
    if number % 4 == 0:
        return max(today, life.renews_on + timedelta(days=passed % 3 - 1))
    return today + timedelta(days=passed)


def _change_plan(life: Life, today: date, cents: int, number: int) -> None:
    others = [plan for plan in PLANS if plan != life.plan.component]
    life.change_plan(others[number % 2], today)


def _change_late(life: Life, today: date, cents: int, number: int) -> None:
    """Apply today what was agreed for an earlier day (R18)."""
    on = max(life.free_since(), today - timedelta(days=number))
    if on <= today:
        _change_plan(life, on, cents, number)


def _take(life: Life, today: date, cents: int, number: int) -> None:
    option = OPTIONS[number % 2]
    if life.may_take(option, today):
        life.take(option, today)


def _end(life: Life, today: date, cents: int, number: int) -> None:
    for held in life.open_options(today)[:1]:
        life.end_option(held)


def _change_term(life: Life, today: date, cents: int, number: int) -> None:
    running = life.spans[-1]
    if running.anchor_on <= today and life.plan.starts_on <= today:
        life.change_commitment(ANNUAL if running.commitment is MONTHLY else MONTHLY, today)


def _agree(life: Life, today: date, cents: int, number: int) -> None:
    component = (*PLANS, *OPTIONS)[number % 5]
    life.agree(component, cents, today, today + timedelta(days=number))


def _discount(life: Life, today: date, cents: int, number: int) -> None:
    life.discount(Decimal(cents % 10_000 + 1) / 100, number % 4 + 1)


def _discount_late(life: Life, today: date, cents: int, number: int) -> None:
    life.discount_late(Decimal(cents % 10_000 + 1) / 100, number % 4 + 1, ago=number % 3)


DEEDS = {
    "plan": _change_plan,
    "late plan": _change_late,
    "take": _take,
    "end": _end,
    "term": _change_term,
    "agree": _agree,
    "discount": _discount,
    "late discount": _discount_late,
}
