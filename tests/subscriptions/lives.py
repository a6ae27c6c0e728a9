"""Random lives of one subscription through the real services, as people and the job lead them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from django.db import transaction
from hypothesis import strategies as some

from accounts.models import Organization
from subscriptions import agreements, items, places, plan_changes, renewal_run, services
from subscriptions.credit_notes import cancel_document, credit_days
from subscriptions.items import AlreadySubscribed, NotActive, NotApplicable
from subscriptions.models import Invoice, Subscription
from subscriptions.periods import Commitment
from subscriptions.plan_changes import Change, OverLimit
from subscriptions.tariffs import NoPrice
from subscriptions.vat import Place
from tests import world

REFUSALS = (AlreadySubscribed, NotActive, NotApplicable, OverLimit, NoPrice)
PLANS = ("indep-plus", "equipe", "orga", "orga-plus", "leader")
OPTIONS = ("e-signature", "api-access", "custom-fields")
POSTAL_CODES = ("75001", "97400", "97300")
COMMITMENTS = (None, Commitment.MONTHLY, Commitment.ANNUAL)
Deed = Callable[[], object]

# One step of a life: days that pass, what is asked, and a number that says how.
Step = tuple[int, str, int]
anchors = some.dates(date(2024, 1, 1), date(2025, 1, 31)) | some.sampled_from(
    [date(2024, 1, 31), date(2024, 2, 29), date(2024, 8, 31), date(2024, 9, 23)]
)


def catalogue():
    """Put the plans on sale, the largest ones with an option inside (R10)."""
    seller = world.put_on_sale()
    for code in ("orga-plus", "leader"):
        world.plan(code).includes.add(world.option("e-signature"))
    return seller


@dataclass
class Life:
    """One subscription from the day it opens; `today` only goes forward."""

    organization: Organization
    subscription: Subscription
    today: date
    orders: int = 0

    @property
    def key(self) -> dict:
        return {"subscription_id": self.subscription.pk}

    def night(self, on: date) -> None:
        """Run the nightly job of a day."""
        renewal_run.run(on=on, scope=transaction.atomic, seller=self.subscription.seller)
        self.subscription.refresh_from_db()

    def pass_days(self, days: int, number: int) -> None:
        """Let days pass, one time in four to an échéance, its eve or its morrow."""
        echeance = self.subscription.renews_on
        if number % 4 == 0 and echeance:
            self.today = max(self.today, echeance + timedelta(days=days % 3 - 1))
        else:
            self.today += timedelta(days=days)


def _change(life: Life, number: int, *, override: bool = False) -> Deed:
    change = Change(
        plan=world.plan(PLANS[number % 5]),
        commitment=COMMITMENTS[number // 5 % 3],
        components=(world.option(OPTIONS[number % 3]),) if number % 7 == 0 else (),
        override=override,
    )
    return partial(
        plan_changes.change_now, **life.key, change=change, on=life.today, operation=_name(life)
    )


def _change_late(life: Life, number: int) -> Deed:
    """Process today what was agreed for an earlier day (R18)."""
    deed = _change(life, number, override=True)
    on = life.today - timedelta(days=number % 70)
    return partial(deed, on=on, issued_on=life.today)


def _commit(life: Life, number: int) -> Deed:
    change = Change(commitment=COMMITMENTS[number % 2 + 1], override=True)
    return partial(
        plan_changes.change_now, **life.key, change=change, on=life.today, operation=_name(life)
    )


def _change_at_term(life: Life, number: int) -> Deed:
    change = Change(
        plan=world.plan(PLANS[number % 5]),
        commitment=COMMITMENTS[number // 5 % 3],
        components=(world.option(OPTIONS[number % 3]),) if number % 7 == 0 else (),
    )
    return partial(plan_changes.change_at_term, **life.key, change=change, on=life.today)


def _take(life: Life, number: int) -> Deed:
    return partial(
        items.add_items,
        **life.key,
        components=[world.option(OPTIONS[number % 3])],
        on=life.today,
        operation=_name(life),
    )


def _option_deed(deed: Callable, life: Life, number: int) -> Deed:
    return partial(deed, **life.key, component=world.option(OPTIONS[number % 3]), on=life.today)


def _agree(life: Life, number: int) -> Deed:
    return partial(
        agreements.agree_price,
        **life.key,
        price=agreements.Agreed(
            plan=world.plan(PLANS[number % 5]),
            amount_cents=[0, 1, 5_999, 11_901, 23_900, 54_321][number // 5 % 6],
            first_on=life.today,
            last_on=life.today + timedelta(days=number),
        ),
        reason="accord",
    )


def _discount(life: Life, number: int) -> Deed:
    return partial(
        agreements.add_discount,
        organization=life.organization,
        percent=Decimal(number % 100 + 1) - Decimal("0.33"),
        periods=number % 3 + 1,
        on=life.today,
        reason="geste",
    )


def _credit(life: Life, number: int) -> Deed:
    return partial(credit_days, **life.key, days=number % 40, on=life.today, reason="panne")


def _cancel_document(life: Life, number: int) -> Deed:
    """Cancel one of the last three documents."""
    last = Invoice.objects.filter(subscription=life.subscription).order_by("-pk")[:3]
    document = last[number % len(last)]
    return partial(cancel_document, invoice_id=document.pk, on=life.today, reason="erreur")


def _move(life: Life, number: int) -> Deed:
    place = Place("FR", POSTAL_CODES[number % 3])
    return partial(places.set_place, organization=life.organization, place=place)


def _return(life: Life, number: int) -> Deed:
    """Subscribe again, which only a subscription that has ended may."""
    return partial(
        services.subscribe,
        organization=life.organization,
        plan=world.plan(PLANS[number % 5]),
        commitment=COMMITMENTS[number % 2 + 1],
        on=life.today,
    )


def _at_term(deed: Callable, life: Life, number: int) -> Deed:
    return partial(deed, **life.key, on=life.today)


def _name(life: Life) -> str:
    """Return an operation of its own for each order."""
    life.orders += 1
    return f"order {life.orders} of {life.subscription.pk}"


DEEDS: dict[str, Callable[[Life, int], Deed]] = {
    "change": _change,
    "override": partial(_change, override=True),
    "late": _change_late,
    "commit": _commit,
    "at term": _change_at_term,
    "take": _take,
    "end": partial(_option_deed, items.end_item),
    "keep": partial(_option_deed, items.keep_item),
    "agree": _agree,
    "discount": _discount,
    "credit": _credit,
    "cancel document": _cancel_document,
    "move": _move,
    "leave": partial(_at_term, plan_changes.cancel_at_term),
    "withdraw": partial(_at_term, plan_changes.withdraw_pending),
    "return": _return,
}
steps = some.lists(
    some.tuples(
        some.integers(0, 45) | some.just(0),
        some.sampled_from(
            ["change", "override", "late", "commit", "at term", "take", "take", *DEEDS]
        ),
        some.integers(0, 104),
    ),
    min_size=1,
    max_size=9,
)


def live(life: Life, story: Iterable[Step], do: Callable[[Life, str, Deed], None]) -> None:
    """Lead a life: days pass, the job runs before the people or after them, `do` does each deed."""
    for days, name, number in story:
        life.pass_days(days, number)
        if number % 2:
            life.night(life.today)
        do(life, name, DEEDS[name](life, number))
        life.night(life.today)
