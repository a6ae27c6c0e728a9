"""The demonstration as data: who works where, on which plan, and in which state one finds it.

Everything is invented. Days are counted back from the day on which the story is played.
"""

from dataclasses import dataclass
from enum import StrEnum

from accounts.roles import Role
from subscriptions.periods import Commitment

PASSWORD = "bienvenue-en-demonstration"
RENEWAL_DAY = 9


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who signs in."""

    first_name: str
    last_name: str
    email: str


class Staff(StrEnum):
    """The four groups of our own people, by their name in code."""

    CUSTOMER_CARE = "customer_care"  # relation client
    SALES_TEAM = "sales_team"  # service des ventes
    MANAGER = "manager"  # responsable
    READER = "reader"  # lecture


class State(StrEnum):
    """In which state of « Mon abonnement » an organization is shown."""

    TRIAL = "trial"
    TRIAL_OVER = "trial_over"
    ACTIVE = "active"
    REQUESTED = "requested"  # a plan change, quoted
    ENDING = "ending"  # cancelled at term
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Learners:
    """How many enrolments: in the 365 days of today, in the 365 before, and planned."""

    last_year: int = 0
    this_year: int = 0
    planned: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """One organization and the life it had."""

    slug: str
    name: str
    owner: Person
    plan: str = ""  # none in a trial
    months: int = 0  # since it subscribed, on the day of renewal
    learners: Learners = Learners()
    members: tuple[tuple[Person, Role], ...] = ()
    commitment: Commitment = Commitment.MONTHLY
    options: tuple[str, ...] = ()  # taken with the plan
    later: tuple[tuple[str, int], ...] = ()  # taken so many days ago
    interests: tuple[tuple[Person, str, int], ...] = ()
    state: State = State.ACTIVE


CLAIRE = Person("Claire", "Ravel", "claire@ravel-formation.example")
ADAM = Person("Adam", "Leroux", "adam@ravel-formation.example")
SAM = Person("Sam", "Diallo", "sam@ravel-formation.example")
TARA = Person("Tara", "Blin", "tara@ravel-formation.example")
TRAINERS = tuple(
    Person(first_name, last_name, f"{first_name.lower()}@ravel-formation.example")
    for first_name, last_name in (
        ("Lucas", "Garnier"),
        ("Manon", "Perrin"),
        ("Hugo", "Lambert"),
        ("Jade", "Fontaine"),
        ("Karim", "Haddad"),
        ("Sofia", "Marchand"),
    )
)
CHARLIE = Person("Charlie", "Ferrand", "charlie@atelier-comptoir.example")
NORA = Person("Nora", "Klein", "nora@lumen-langues.example")
BASILE = Person("Basile", "Comte", "basile@cap-metiers.example")
HELENE = Person("Hélène", "Vidal", "helene@horizon-competences.example")
IVAN = Person("Ivan", "Moreau", "ivan@sillage-conseil.example")
ODILE = Person("Odile", "Renaud", "odile@rive-gauche.example")
PIERRE = Person("Pierre", "Aubry", "pierre@studio-parcours.example")
INES = Person("Inès", "Caron", "ines@pavillon-numerique.example")
JEAN = Person("Jean", "Pons", "jean@mistral-securite.example")
ZOE = Person("Zoé", "Masson", "zoe@nouvel-elan.example")

CUSTOMER_CARE = Person("Léa", "Martin", "lea@digiforma.example")
STAFF = (
    (CUSTOMER_CARE, Staff.CUSTOMER_CARE),
    (Person("Victor", "Roche", "victor@digiforma.example"), Staff.SALES_TEAM),
    (Person("Irène", "Faure", "irene@digiforma.example"), Staff.MANAGER),
    (Person("Paul", "Girard", "paul@digiforma.example"), Staff.READER),
)

PLACES = (
    Place(
        "ravel-formation",
        "Ravel Formation",
        CLAIRE,
        plan="equipe",
        months=8,
        learners=Learners(268, 412, 36),
        members=(
            (ADAM, Role.ADMINISTRATOR),
            (SAM, Role.SALES),
            (TARA, Role.TRAINER),
            *((trainer, Role.TRAINER) for trainer in TRAINERS),
        ),
        options=("company-space",),
        later=(("e-signature", 76),),
        interests=((SAM, "api-access", 4),),
    ),
    Place(
        "atelier-comptoir",
        "Atelier Comptoir",
        CHARLIE,
        plan="equipe",
        months=11,
        learners=Learners(240, 312, 20),
        options=("online-payment",),
    ),
    Place(
        "lumen-langues",
        "Lumen Langues",
        NORA,
        plan="indep-plus",
        months=5,
        learners=Learners(120, 168, 12),
    ),
    Place(
        "cap-metiers",
        "Cap Métiers",
        BASILE,
        plan="indep-plus",
        months=7,
        learners=Learners(130, 228, 14),
        members=((NORA, Role.ADMINISTRATOR),),
    ),
    Place(
        "horizon-competences",
        "Horizon Compétences",
        HELENE,
        plan="equipe",
        months=6,
        learners=Learners(310, 471, 40),
        options=("company-space",),
        state=State.REQUESTED,
    ),
    Place(
        "sillage-conseil",
        "Sillage Conseil",
        IVAN,
        plan="orga",
        months=7,
        learners=Learners(610, 740, 50),
        commitment=Commitment.ANNUAL,
        options=("e-signature",),
        later=(("edof-export", 40),),
    ),
    Place(
        "rive-gauche",
        "Rive Gauche Formation",
        ODILE,
        plan="indep-plus",
        months=9,
        learners=Learners(90, 61, 0),
        state=State.ENDING,
    ),
    Place(
        "studio-parcours",
        "Studio Parcours",
        PIERRE,
        plan="indep-plus",
        months=6,
        learners=Learners(70, 34, 0),
        state=State.ENDED,
    ),
    Place(
        "pavillon-numerique",
        "Pavillon Numérique",
        INES,
        learners=Learners(0, 38, 22),
        state=State.TRIAL,
    ),
    Place("mistral-securite", "Mistral Sécurité", JEAN, state=State.TRIAL_OVER),
    Place("nouvel-elan", "Nouvel Élan", ZOE, plan="indep-plus", months=1),
)


@dataclass(frozen=True, slots=True)
class Login:
    """One line of `demo_logins`."""

    email: str
    role: str
    organization: str | None


def logins() -> tuple[Login, ...]:
    """Return who may sign in: Ravel Formation first, then the others' owners, then our people."""
    ravel, *others = PLACES
    return (
        Login(ravel.owner.email, Role.OWNER, ravel.slug),
        *(Login(person.email, role, ravel.slug) for person, role in ravel.members[:3]),
        *(Login(place.owner.email, Role.OWNER, place.slug) for place in others),
        *(Login(person.email, role, None) for person, role in STAFF if role != Staff.READER),
    )
