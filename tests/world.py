"""The people and organizations of the tests: Alice owns Ravel, Charlie is from elsewhere."""

from datetime import date

from django.contrib.auth.models import Group

from accounts import services as accounts
from accounts.models import Organization, User
from accounts.roles import Role
from options import publishing
from options.catalog import OPTIONS
from subscriptions import services
from subscriptions.catalog import DEMONSTRATION, SELLER_CODE
from subscriptions.models import Component, Invoice, Plan, Seller, Subscription
from subscriptions.periods import Commitment

PASSWORD = "une phrase de passe"


def put_on_sale() -> Seller:
    """Load the demonstration catalogue. Staff scope or a plain test transaction."""
    return publishing.load(seller_code=SELLER_CODE, catalogue=DEMONSTRATION, texts=OPTIONS)


def plan(code: str) -> Plan:
    """Return a plan on sale: indep-plus, equipe, orga, orga-plus, leader, sur-mesure."""
    return Plan.objects.select_related("component").get(
        component__code=code, component__seller__code=SELLER_CODE
    )


def option(code: str) -> Component:
    """Return an option's component: e-signature, api-access…"""
    return Component.objects.get(code=code, kind="option", seller__code=SELLER_CODE)


def person(first_name: str, **fields) -> User:
    """Return a person whose address is their first name, `alice@exemple.fr`."""
    return User.objects.create_user(
        f"{first_name.lower()}@exemple.fr", PASSWORD, first_name=first_name, **fields
    )


def organization(name: str = "Ravel Formation", slug: str = "ravel", owner: User | None = None):
    """Return an organization and its owner's access. Staff scope."""
    return accounts.create_organization(name=name, slug=slug, owner=owner or person("Alice"))


def member(of: Organization, first_name: str, role: Role) -> User:
    """Return a new person with an access to an organization."""
    user = person(first_name)
    accounts.add_member(organization=of, user=user, role=role)
    return user


def subscribed(
    of: Organization,
    *,
    on: date,
    code: str = "equipe",
    commitment: Commitment = Commitment.MONTHLY,
    options: tuple[str, ...] = (),
) -> tuple[Subscription, Invoice]:
    """Subscribe an organization and return its subscription with the first invoice."""
    invoice = services.subscribe(
        organization=of,
        plan=plan(code),
        commitment=commitment,
        components=[option(each) for each in options],
        on=on,
    )
    return invoice.subscription, invoice


def staff(first_name: str, group: str) -> User:
    """Return somebody of ours in a staff group: customer_care, sales_team, manager, reader."""
    user = person(first_name, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user
