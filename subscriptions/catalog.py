"""The demonstration catalogue as data: plans, options, and what each dated list asks for them.

The amounts are invented (« tarifs de démonstration »). A published list is never edited: a new
price is a new list with its own day.
"""

from dataclasses import dataclass
from datetime import date

SELLER_CODE = "digiforma"
UNLIMITED = None


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """A plan (formule) on sale, with its three limits."""

    code: str
    name: str
    trainers: int | None
    administrators: int | None
    learners: int | None


@dataclass(frozen=True, slots=True)
class OptionEntry:
    """An option on sale."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Tariff:
    """A dated list (tarifs en vigueur au …): code to full monthly and annual price, in cents.

    What no list names is on quote (sur devis); what this one omits keeps its former price.
    """

    effective_on: date
    plans: dict[str, tuple[int, int]]
    options: dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What one seller sells; plans from the smallest to the largest."""

    plans: tuple[PlanEntry, ...]
    options: tuple[OptionEntry, ...]
    tariffs: tuple[Tariff, ...]


def _euros(monthly: int) -> tuple[int, int]:
    """Return both prices in cents; annual costs ten months (R4)."""
    return monthly * 100, monthly * 1000


OPTION_PRICES = {
    "company-space": _euros(29),
    "online-payment": _euros(19),
    "e-signature": _euros(25),
    "micro-certification": _euros(29),
    "custom-fields": _euros(15),
    "advanced-elearning": _euros(39),
    "api-access": _euros(39),
    "edof-export": _euros(25),
    "certification-export": _euros(25),
}

DEMONSTRATION = Catalogue(
    plans=(
        PlanEntry("indep-plus", "INDÉP+", 3, 2, 200),
        PlanEntry("equipe", "ÉQUIPE", 20, 6, 500),
        PlanEntry("orga", "ORGA", 20, 6, 1500),
        PlanEntry("orga-plus", "ORGA+", UNLIMITED, UNLIMITED, 2500),
        PlanEntry("leader", "LEADER", UNLIMITED, UNLIMITED, 4500),
        PlanEntry("sur-mesure", "SUR-MESURE", UNLIMITED, UNLIMITED, UNLIMITED),
    ),
    options=(
        OptionEntry("company-space", "Espace entreprise"),
        OptionEntry("online-payment", "Paiement en ligne sur facture"),
        OptionEntry("e-signature", "Signature électronique"),
        OptionEntry("micro-certification", "Micro-certification"),
        OptionEntry("custom-fields", "Champs personnalisés"),
        OptionEntry("advanced-elearning", "Modules SCORM, e-learning et forum"),
        OptionEntry("api-access", "Accès API Zapier et GraphQL"),
        OptionEntry("edof-export", "Export EDOF"),
        OptionEntry("certification-export", "Export d’accrochage"),
    ),
    tariffs=(
        Tariff(
            date(2023, 7, 1),
            plans={
                "indep-plus": _euros(49),
                "equipe": _euros(99),
                "orga": _euros(199),
                "leader": _euros(399),
            },
            options=OPTION_PRICES,
        ),
        Tariff(
            date(2024, 9, 24),
            plans={
                "indep-plus": _euros(59),
                "equipe": _euros(119),
                "orga": _euros(239),
                "orga-plus": _euros(359),
                "leader": _euros(479),
            },
            options=OPTION_PRICES,
        ),
    ),
)


def is_demonstration(effective_on: date) -> bool:
    """Say whether the list of this day is the demonstration's; a seller has one list a day."""
    return any(tariff.effective_on == effective_on for tariff in DEMONSTRATION.tariffs)
