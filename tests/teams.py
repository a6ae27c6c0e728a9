"""Ravel on ÉQUIPE since 9 November, with one option; today is the 23rd. Charlie is elsewhere."""

from dataclasses import dataclass
from datetime import date

from accounts.models import Membership, Organization, User
from accounts.roles import Role
from accounts.tenancy import staff_context
from tests import world

OPENED_ON = date(2026, 11, 9)
TODAY = date(2026, 11, 23)


@dataclass(frozen=True)
class Team:
    """The people by name, and their two organizations."""

    people: dict[str, User]
    ravel: Organization
    elsewhere: Organization

    def membership(self, name: str) -> Membership:
        """Return a person's one access. Needs a scope."""
        return Membership.objects.select_related("organization", "user").get(user=self.people[name])


def gather() -> Team:
    """Write the catalogue, Ravel with its four roles, and Charlie's organization."""
    with staff_context():
        world.put_on_sale()
        alice, charlie = world.person("Alice", last_name="Ravel"), world.person("Charlie")
        ravel = world.organization(owner=alice)
        elsewhere = world.organization("Ailleurs", "ailleurs", owner=charlie)
        world.subscribed(ravel, on=OPENED_ON, options=("company-space",))
        world.subscribed(elsewhere, on=OPENED_ON)
        people = {
            "alice": alice,
            "charlie": charlie,
            "adam": world.member(ravel, "Adam", Role.ADMINISTRATOR),
            "sam": world.member(ravel, "Sam", Role.SALES),
            "tara": world.member(ravel, "Tara", Role.TRAINER),
        }
    return Team(people, ravel, elsewhere)
