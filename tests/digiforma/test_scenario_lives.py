"""Whatever is ordered, on whatever day: refusals at most, documents that add up, no broken rule."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from accounts.tenancy import staff_context
from digiforma.scenario import playing, reading
from tests.digiforma.test_scenario_shelf import SHELF
from tests.proving import examples

CATALOGUE = json.loads((SHELF / "r10-swallowed-by-the-plan.json").read_text())["catalogue"]
REASONS = {
    "already_subscribed",
    "over_limit",
    "stale_quote",
    "expired_quote",
    "vat_unresolved",
    "not_applicable",
}

plans = some.sampled_from(["S", "M", "L"])
commitments = some.sampled_from(["monthly", "annual"])
whens = some.sampled_from(["now", "term"])
options = some.lists(some.just("SIGN"), max_size=1)
organizations = some.sampled_from(["a", "a", "b"])


def step(do: str, optional: dict | None = None, **fields) -> some.SearchStrategy:
    """Return the steps of one kind, of some organization unless `organization` is None."""
    named = {"organization": organizations} | fields
    given = {name: field for name, field in named.items() if field is not None}
    return some.fixed_dictionaries({"do": some.just(do), **given}, optional=optional or {})


story = some.lists(
    some.tuples(
        some.sampled_from([0, 1, 9, 20, 28, 31]),
        some.one_of(
            step("subscribe", plan=plans, commitment=commitments, options=options),
            step(
                "start_trial", plan=plans, commitment=commitments, days=some.sampled_from([1, 14])
            ),
            step("convert_trial"),
            step("change_plan", {"staff": some.booleans()}, plan=plans, when=whens),
            step("change_plan", plan=plans, commitment=commitments, when=whens, options=options),
            step("subscribe_option", option=some.just("SIGN")),
            step("end_option", option=some.just("SIGN")),
            step("cancel"),
            step("undo_pending"),
            step("set_learners", count=some.sampled_from([0, 200, 201])),
            step("set_place", country=some.sampled_from(["FR", "DE", "CH"])),
            step("credit_days", days=some.sampled_from([1, 28, 40])),
            step("add_discount", percent=some.sampled_from([10, 100]), periods=some.just(2)),
            step("run_daily", organization=None),
        ),
    ),
    min_size=2,
    max_size=12,
)


def scenario(story: list[tuple[int, dict]]) -> bytes:
    on = date(2025, 1, 31)
    steps = [
        {
            "on": str(on),
            "do": "subscribe",
            "organization": "a",
            "plan": "M",
            "commitment": "monthly",
        }
    ]
    for days, what in story:
        on += timedelta(days=days)
        steps.append({"on": str(on), **what})
    return json.dumps({"name": "Une vie", "catalogue": CATALOGUE, "steps": steps}).encode()


@pytest.mark.django_db
@settings(max_examples=examples(12, 300), deadline=None, suppress_health_check=list(HealthCheck))
@given(story)
def test_any_life_ends_with_documents_that_add_up(story):
    with staff_context():
        told = playing.play(reading.read(scenario(story), playing.installed()))

    assert {refusal["reason"] for refusal in told["refusals"]} <= REASONS
    for document in told["documents"]:
        net = sum(Decimal(line["net"]) for line in document["lines"])
        vat = sum(Decimal(rate["amount"]) for rate in document["vat"])
        assert Decimal(document["net"]) == net
        assert Decimal(document["gross"]) == net + vat
        assert Decimal(document["to_pay"]) == net + vat - Decimal(document["credit_used"])
        assert (document["kind"] == "credit_note") == (document["corrects"] is not None)
    numbers = [document["number"] for document in told["documents"]]
    for series in {number[:5] for number in numbers}:
        given = [number for number in numbers if number.startswith(series)]
        assert given == [f"{series}-{n:06d}" for n in range(1, len(given) + 1)]
