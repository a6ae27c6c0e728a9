"""The stage of one run: its seller, its organizations, what was refused, what is remembered."""

import uuid
from dataclasses import dataclass, field
from datetime import date

from accounts.models import Organization, User
from accounts.services import create_organization
from digiforma.scenario import catalogue, copying
from digiforma.scenario.catalogue import Sold
from options.models import Option
from subscriptions.items import NotActive
from subscriptions.models import Component, NumberSeries, Plan, Seller, Subscription
from support.models import Quote


@dataclass(frozen=True, slots=True)
class Refusal:
    """A step that the services refused, and why in a word."""

    step: int
    on: date
    reason: str


@dataclass(slots=True)
class Stage:
    """What a run has put up; all of it goes with the transaction."""

    seller: Seller
    plans: dict[str, Plan]
    options: dict[str, Option]
    organizations: dict[str, Organization] = field(default_factory=dict)
    quotes: dict[str, Quote] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    keys: set[tuple[str, str]] = field(default_factory=set)
    today: date = date.min

    def plan(self, code: str | None) -> Plan | None:
        return self.plans[code] if code else None

    def components(self, codes: list[str]) -> tuple[Component, ...]:
        return tuple(self.options[code].component for code in codes)

    def organization(self, name: str) -> Organization:
        """Return an organization of the run; at first use a new one, or a copy for @slug."""
        if name not in self.organizations:
            copied = name.startswith("@")
            self.organizations[name] = (
                copying.copy(name[1:], to=self.seller, on=self.today) if copied else _found(name)
            )
        return self.organizations[name]

    def subscription(self, name: str) -> Subscription:
        """Return an organization's subscription. Raises NotActive before its first one."""
        organization = self.organization(name)
        found = Subscription.objects.filter(organization=organization).first()
        if found is None:
            raise NotActive("none")
        return found


def put_up(sold: Sold, last_numbers: dict[str, int]) -> Stage:
    """Return the stage of a new run: a seller of its own, with its catalogue and its series."""
    seller = catalogue.put_on_sale(sold, seller_code=f"scenario-{uuid.uuid4().hex}")
    NumberSeries.objects.bulk_create(
        NumberSeries(seller=seller, name=name, last=last) for name, last in last_numbers.items()
    )
    plans = Plan.objects.filter(component__seller=seller).select_related("component")
    options = Option.objects.filter(component__seller=seller).select_related("component")
    return Stage(
        seller=seller,
        plans={plan.code: plan for plan in plans},
        options={option.slug: option for option in options},
    )


def _found(name: str) -> Organization:
    """Found an organization with one owner; nowhere else said, it is in Metropolitan France."""
    slug = f"scenario-{uuid.uuid4().hex}"
    return create_organization(name=name, slug=slug, owner=somebody())


def somebody() -> User:
    """Return a new person, who can neither sign in nor be written to."""
    return User.objects.create(email=f"{uuid.uuid4().hex}@scenario.invalid", password="!")
