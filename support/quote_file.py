"""The file of a quote (devis): a PDF with all that it must state, the same bytes each time."""

import json
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import typst
from babel import Locale
from django.conf import settings
from django.template import Engine
from django.utils.translation import gettext as _

from subscriptions import lateness
from subscriptions import selectors as subscriptions
from subscriptions.lines import CREDIT
from subscriptions.models import BillingIdentity
from subscriptions.pricing import RECOVERY_FEE_CENTS
from subscriptions.vat import VatUnresolved, treatment
from support.labels import When
from support.models import Quote

PDF = "application/pdf"
FOLDER = Path(__file__).with_name("typst")  # all that the typesetter may read
COUNTRIES = Locale("fr").territories


def name(quote: Quote) -> str:
    """Return the name under which the file is saved."""
    return f"devis-{quote.request.reference}-v{quote.version}.pdf"


def pdf(quote: Quote) -> bytes:
    """Return a quote as a PDF; needs its request and its plan loaded.

    What it says goes in as JSON text: no name, however written, becomes markup.
    """
    return typst.compile(
        FOLDER / "quote.typ",
        root=FOLDER,
        ignore_system_fonts=True,
        sys_inputs={"quote": json.dumps(contents(quote), ensure_ascii=False)},
        timestamp=0,
    )


def contents(quote: Quote) -> dict:
    """Return what the file says, amounts and days written as on the pages."""
    identity = _identity(quote)
    return {
        "title": _("Devis %(number)s") % {"number": _number(quote)},
        "number": _number(quote),
        "subject": _subject(quote),
        "words": {
            "quote": _("Devis"),
            "page": _("Page"),
            "client": _("Pour"),
            "columns": [_("Désignation"), _("Prix HT"), _("TVA"), _("Montant HT")],
        },
        "seller": _seller(),
        "buyer": {"name": identity.legal_name, "rest": _address(identity)},
        "facts": _facts(quote),
        "lines": [_line(line, quote) for line in quote.lines],
        "totals": _totals(quote),
        "notes": _notes(quote, identity),
        "conditions": _conditions(quote),
    }


@cache
def _filter(wanted: str):
    """Return a format of the pages, as the settings give it to every template."""
    for library in Engine.get_default().template_builtins:
        if wanted in library.filters:
            return library.filters[wanted]
    raise LookupError(wanted)


def _euros(cents: int) -> str:
    return _filter("euros")(cents)


def _day(day: date) -> str:
    return _filter("date_text")(day)


def _percent(percent: Decimal | str) -> str:
    return _filter("percent_fr")(Decimal(percent) / 100)


def _number(quote: Quote) -> str:
    return _("nº %(reference)s, version %(version)d") % {
        "reference": quote.request.reference,
        "version": quote.version,
    }


def _subject(quote: Quote) -> str:
    return _("Abonnement %(plan)s, engagement %(commitment)s, dès le %(day)s") % {
        "plan": quote.plan.name,
        "commitment": quote.get_commitment_display(),
        "day": _day(quote.effective_on),
    }


def _seller() -> dict[str, str]:
    seller = settings.SELLER
    legal = _(
        "%(name)s, %(legal_form)s au capital de %(capital)s, %(address)s – SIREN %(siren)s – "
        "%(rcs)s – TVA %(vat_number)s"
    )
    return {"name": seller["name"], "address": seller["address"], "legal": legal % seller}


def _identity(quote: Quote) -> BillingIdentity:
    """Return who the quote is for; its own name before anything else is filled in."""
    found = BillingIdentity.objects.filter(organization=quote.organization_id).first()
    return found or BillingIdentity(legal_name=quote.organization.name)


def _address(identity: BillingIdentity) -> list[str]:
    town = f"{identity.postal_code} {identity.city}".strip()
    country = "" if identity.country == "FR" else COUNTRIES.get(identity.country, identity.country)
    siren = _("SIREN %(number)s") % {"number": identity.siren} if identity.siren else ""
    vat = _("TVA %(number)s") % {"number": identity.vat_number} if identity.vat_number else ""
    return [part for part in (identity.address, town, country, siren, vat) if part]


def _facts(quote: Quote) -> list[tuple[str, str]]:
    """Return what stands beside the address: days and references."""
    return [
        (_("Établi le"), _day(quote.priced_on)),
        (_("Valable jusqu’au"), _("%(day)s inclus") % {"day": _day(quote.valid_until)}),
        (_("Prise d’effet"), _day(quote.effective_on)),
        (_("Compte"), _("nº %(number)s") % {"number": quote.organization.number}),
    ]


def _line(line: dict, quote: Quote) -> dict:
    """Return one line with the days it covers and the share of a period that it is."""
    first, until = (date.fromisoformat(line[key]) for key in ("starts_on", "ends_before"))
    notes = [
        _("Du %(first)s au %(last)s") % {"first": _day(first), "last": _day(_filter("eve")(until))}
    ]
    if line["days"] != line["days_in_period"]:
        share = {"days": line["days"], "of": line["days_in_period"]}
        notes.append(_("%(days)d jours sur %(of)d de la période") % share)
    if line["listed_cents"] > line["full_price_cents"] and line["kind"] != CREDIT:
        notes.append(
            _("Remise déduite ; %(price)s sans elle") % {"price": _euros(line["listed_cents"])}
        )
    return {
        "designation": line["designation"],
        "notes": notes,
        "unit": _euros(line["full_price_cents"]),
        "vat": _rates(quote),
        "net": _euros(line["net_cents"]),
    }


def _rates(quote: Quote) -> str:
    return " / ".join(_percent(total["rate"]) for total in quote.vat_totals)


def _totals(quote: Quote) -> list[dict]:
    taxes = [
        {
            "label": _("TVA %(rate)s sur %(base)s")
            % {"rate": _percent(total["rate"]), "base": _euros(total["base_cents"])},
            "amount": _euros(total["amount_cents"]),
            "strong": False,
        }
        for total in quote.vat_totals
    ]
    return [
        {"label": _("Total HT"), "amount": _euros(quote.net_cents), "strong": True},
        *taxes,
        {"label": _("Total TTC"), "amount": _euros(quote.gross_cents), "strong": True},
    ]


def _notes(quote: Quote, identity: BillingIdentity) -> list[str]:
    """Return what the customer must read: the lasting price, the discount, the ground of VAT."""
    signed = _filter("euros_signed")(quote.surcharge_cents)
    after = {"after": _euros(quote.after_cents), "per": quote.per, "signed": signed}
    told = [
        _("Une période entière : %(after)s HT %(per)s, soit %(signed)s par rapport à avant.")
        % after
    ]
    if quote.discount_percent:
        told.append(discount_text(quote))
    when = (
        _("Facturé à la mise en place, au prorata des jours restants.")
        if quote.when == When.NOW
        else _("Facturé le %(day)s.") % {"day": _day(quote.effective_on)}
    )
    return [*told, when, *_ground(quote, identity)]


def discount_text(quote: Quote) -> str:
    """Return the discount in one sentence."""
    words = _("an,ans") if quote.commitment == "annual" else _("mois,mois")
    return _(
        "Remise de %(percent)s sur la formule pendant %(periods)d %(word)s, dès le %(day)s."
    ) % {
        "percent": _percent(quote.discount_percent),
        "periods": quote.discount_periods,
        "word": _filter("plural_fr")(quote.discount_periods, words),
        "day": _day(quote.discounted_from),
    }


def _ground(quote: Quote, identity: BillingIdentity) -> list[str]:
    """Return the law by which a line carries no VAT (R17)."""
    if all(Decimal(total["rate"]) for total in quote.vat_totals):
        return []
    try:
        ground = treatment(subscriptions.place(identity)).ground
    except VatUnresolved:
        return []
    return [ground] if ground else []


def _conditions(quote: Quote) -> list[str]:
    """Return the terms: how it is accepted, for how long one is bound, how it is paid."""
    bound = (
        _("Engagement de douze mois, renouvelé à chaque terme ; résiliation au terme.")
        if quote.commitment == "annual"
        else _("Engagement au mois, renouvelé à chaque échéance ; résiliation à l’échéance.")
    )
    rate = lateness.rate_on(settings.LATE_INTEREST_RATES, quote.priced_on)
    late = _(
        "Pas d’escompte pour paiement anticipé. En cas de retard : pénalités au taux annuel de "
        "%(rate)s et indemnité forfaitaire de recouvrement de %(fee)s."
    ) % {"rate": _percent(rate), "fee": _euros(RECOVERY_FEE_CENTS)}
    return [
        _(
            "Devis gratuit. Montants figés jusqu’à la fin de la validité, %(tariffs)s du %(day)s. "
            "Il s’accepte en ligne, par le possesseur du compte."
        )
        % {
            "tariffs": _filter("tariffs_fr")(quote.price_list_on),
            "day": _day(quote.price_list_on),
        },
        bound,
        late,
    ]
