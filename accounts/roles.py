"""The four roles of a membership and what each may do (product.md, the table of actions)."""

from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"  # possesseur
    ADMINISTRATOR = "administrator"
    SALES = "sales"  # commercial
    TRAINER = "trainer"  # intervenant


ADMINISTRATOR_SEATS = frozenset({Role.OWNER, Role.ADMINISTRATOR, Role.SALES})  # R20
TRAINER_SEATS = frozenset({Role.TRAINER})

SEES_SUBSCRIPTION = frozenset({Role.OWNER, Role.ADMINISTRATOR, Role.SALES})
SEES_INVOICES = frozenset({Role.OWNER, Role.ADMINISTRATOR})
ASKS_CHANGES = frozenset({Role.OWNER, Role.ADMINISTRATOR})
WRITES_LEARNERS = frozenset({Role.OWNER, Role.ADMINISTRATOR})
READS_LEARNERS = frozenset({Role.OWNER, Role.ADMINISTRATOR, Role.SALES})
COMMITS_MONEY = frozenset({Role.OWNER})
