"""The pages of invoices as a test reads them."""

import re
from datetime import date
from html import unescape

from subscriptions import services
from subscriptions.models import Invoice
from subscriptions.renewal import renew
from tests import world

PAGE = "/compte/factures/"


TODAY = date(2026, 11, 23)


def renewed(ravel, *, since: date, **what):
    """Subscribe and renew every month until today; return the documents in order. Staff scope."""
    subscription, _invoice = world.subscribed(ravel, on=since, **what)
    while subscription.renews_on <= TODAY:
        renew(subscription_id=subscription.pk, on=subscription.renews_on)
        subscription.refresh_from_db()
    return list(Invoice.objects.for_organization(ravel).order_by("pk"))


def pay(invoice, cents: int, on: date) -> None:
    services.record_payment(
        invoice=invoice, amount_cents=cents, received_on=on, reference=f"virement {on}"
    )


PLAIN = str.maketrans({"\u00a0": " ", "\u2212": "-", "\u00d7": "x"})


def plain(html: str) -> str:
    """Return what some HTML says, on one line, in characters that a keyboard has."""
    said = unescape(re.sub(r"<[^>]+>", " ", html)).translate(PLAIN)
    return re.sub(r"\s+", " ", said).strip()


def text(response) -> str:
    """Return what a page's main part says."""
    main = response.text.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    return plain(main)
