"""What each staff group may do to a subscription, and what takes two people: a table."""

from enum import StrEnum

CREDIT_NOTE_ALONE_CENTS = 50_000  # before VAT; above it, a second manager approves


class StaffGroup(StrEnum):
    """The groups of the admin, by their names in the database."""

    CUSTOMER_CARE = "customer_care"  # relation client
    SALES_TEAM = "sales_team"  # service des ventes
    MANAGER = "manager"  # responsable
    READER = "reader"  # lecture


class Deed(StrEnum):
    """What staff do from the page of a subscription, of a document, of a tariff."""

    RELEASE = "release"  # libérer (R23)
    AGREE_PRICE = "agree_price"
    ADD_DISCOUNT = "add_discount"
    CREDIT_DAYS = "credit_days"
    CANCEL_DOCUMENT = "cancel_document"
    RECORD_PAYMENT = "record_payment"
    CHANGE_NOW = "change_now"
    OVERRIDE = "override"  # a change now that R7 keeps for the échéance
    CANCEL_AT_TERM = "cancel_at_term"
    WITHDRAW_PENDING = "withdraw_pending"
    EXTEND_GRACE = "extend_grace"  # of an overrun (R20)
    APPROVE = "approve"  # a colleague's credit note
    PREPARE_PRICES = "prepare_prices"
    PUBLISH_PRICES = "publish_prices"


MANAGER = frozenset({StaffGroup.MANAGER})
SALES = frozenset({StaffGroup.SALES_TEAM, StaffGroup.MANAGER})
ALL_HANDS = SALES | {StaffGroup.CUSTOMER_CARE}

RIGHTS = {
    Deed.RELEASE: MANAGER,
    Deed.AGREE_PRICE: MANAGER,
    Deed.ADD_DISCOUNT: MANAGER,
    Deed.CREDIT_DAYS: MANAGER,
    Deed.CANCEL_DOCUMENT: MANAGER,
    Deed.RECORD_PAYMENT: MANAGER,
    Deed.CHANGE_NOW: SALES,
    Deed.OVERRIDE: MANAGER,
    Deed.CANCEL_AT_TERM: ALL_HANDS,  # no money moves: the owner's word, told by telephone
    Deed.WITHDRAW_PENDING: ALL_HANDS,
    Deed.EXTEND_GRACE: ALL_HANDS,
    Deed.APPROVE: MANAGER,
    Deed.PREPARE_PRICES: SALES,
    Deed.PUBLISH_PRICES: MANAGER,
}


class NotAllowed(Exception):
    """This deed is not in the hands of whoever tried it."""


def may(deed: Deed, groups: frozenset[str]) -> bool:
    """Say whether somebody in these groups may do a deed."""
    return bool(RIGHTS[deed] & groups)


def require(deed: Deed, groups: frozenset[str]) -> None:
    """Raise NotAllowed unless somebody in these groups may do a deed."""
    if not may(deed, groups):
        raise NotAllowed(deed)


def takes_two(net_cents: int) -> bool:
    """Say whether a document is a credit note too large for one person."""
    return -net_cents > CREDIT_NOTE_ALONE_CENTS
