"""The catalogue, a new organization and the demonstration's logins, from the command line."""

import io
import re
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Organization, OutgoingMail, User
from accounts.roles import Role
from accounts.tenancy import staff_context, tenant_context
from options.models import Option
from subscriptions import publishing, selectors
from subscriptions.catalog import DEMONSTRATION, SELLER_CODE, Catalogue, Tariff
from subscriptions.models import Component, Invoice, Plan, Price, PriceList, Seller, Subscription
from subscriptions.periods import Commitment


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


@pytest.fixture
def catalogue(db) -> None:
    run("load_catalog")


def on_sale() -> dict:
    return {
        model.__name__: sorted(model.objects.values_list())
        for model in (Component, Plan, PriceList, Price, Option)
    }


def test_load_catalog_puts_the_house_on_sale(catalogue):
    seller = Seller.objects.get(code="digiforma")

    assert [
        (plan.code, plan.trainers, plan.administrators, plan.learners)
        for plan in selectors.plans_on_sale(seller)
    ] == [
        ("indep-plus", 3, 2, 200),
        ("equipe", 20, 6, 500),
        ("orga", 20, 6, 1500),
        ("orga-plus", None, None, 2500),
        ("leader", None, None, 4500),
        ("sur-mesure", None, None, None),
    ]
    assert Option.objects.count() == 9
    assert set(
        Option.objects.filter(self_service=False).values_list("component__code", flat=True)
    ) == {"micro-certification", "certification-export"}


@pytest.mark.parametrize(
    ("code", "commitment", "on", "expected"),
    [
        ("equipe", Commitment.MONTHLY, date(2024, 9, 23), 99_00),
        ("equipe", Commitment.MONTHLY, date(2024, 9, 24), 119_00),
        ("equipe", Commitment.ANNUAL, date(2026, 11, 23), 1190_00),
        ("orga-plus", Commitment.MONTHLY, date(2024, 9, 23), None),
        ("orga-plus", Commitment.ANNUAL, date(2024, 9, 24), 3590_00),
        ("sur-mesure", Commitment.MONTHLY, date(2026, 11, 23), None),
        ("advanced-elearning", Commitment.MONTHLY, date(2026, 11, 23), 39_00),
        ("custom-fields", Commitment.ANNUAL, date(2023, 7, 1), 150_00),
        ("custom-fields", Commitment.ANNUAL, date(2023, 6, 30), None),
    ],
)
def test_each_day_has_its_own_tariff(catalogue, code, commitment, on, expected):
    component = Component.objects.get(seller__code="digiforma", code=code)

    assert selectors.price_cents(component, commitment, on) == expected


def test_load_catalog_twice_changes_nothing_but_keeps_the_managers_choice(catalogue):
    Option.objects.filter(component__code="api-access").update(self_service=False)
    before = on_sale()

    run("load_catalog")

    assert on_sale() == before


def test_a_published_list_is_never_edited(catalogue):
    before = on_sale()
    first, last = DEMONSTRATION.tariffs
    cheaper = Tariff(last.effective_on, {**last.plans, "orga": (1_00, 10_00)}, last.options)
    differing = Catalogue(DEMONSTRATION.plans, DEMONSTRATION.options, (first, cheaper))

    with pytest.raises(publishing.CatalogueDiffers, match=r"24/09/2024 .* ORGA\. Publiez"):
        publishing.load(seller_code=SELLER_CODE, catalogue=differing)

    assert on_sale() == before


def test_create_organization_opens_an_empty_one_on_the_smallest_plan(catalogue):
    run(
        "create_organization", "Nouvel Élan", "--slug", "nouvel-elan", "--owner", "Zoe@Elan.example"
    )

    with staff_context():
        organization = Organization.objects.get(slug="nouvel-elan")
    with tenant_context(organization.pk):
        subscription = Subscription.objects.get()
        owner = Membership.objects.select_related("user").get()
        invoice = Invoice.objects.get()
        billed = invoice.lines.get().component.code
    assert (owner.user.email, owner.role) == ("zoe@elan.example", Role.OWNER)
    assert subscription.status == Subscription.Status.ACTIVE
    assert (invoice.issued_on, invoice.net_cents) == (timezone.localdate(), 59_00)
    assert billed == "indep-plus"


def test_the_owner_chooses_a_password_from_the_mail(catalogue):
    run(
        "create_organization", "Nouvel Élan", "--slug", "nouvel-elan", "--owner", "zoe@elan.example"
    )
    with staff_context():
        mail = OutgoingMail.objects.get(recipient="zoe@elan.example")
    address = re.search(r"http://[^/]+(/\S+)", mail.text)[1]
    client = Client()

    page = client.get(address, follow=True)
    client.post(
        page.redirect_chain[-1][0],
        {"password1": "une phrase de passe", "password2": "une phrase de passe"},
    )

    assert mail.subject == "Nouvel Élan est ouvert sur Digiforma"
    assert User.objects.get(email="zoe@elan.example").check_password("une phrase de passe")


def test_create_organization_gives_a_known_person_one_more(catalogue):
    User.objects.create_user("zoe@elan.example", "une phrase de passe")

    run("create_organization", "Élan", "--slug", "elan", "--owner", "zoe@elan.example")
    run("create_organization", "Élan 2", "--slug", "elan-bis", "--owner", "ZOE@elan.example")

    with staff_context():
        assert Membership.objects.filter(user__email="zoe@elan.example", role="owner").count() == 2
        assert "Ouvrir Digiforma" in OutgoingMail.objects.latest("created_at").text


@pytest.mark.parametrize(
    ("name", "slug", "owner", "sentence"),
    [
        ("Élan", "pris", "zoe@elan.example", "« pris » est déjà pris"),
        ("Élan", "avec espace", "zoe@elan.example", "L’identifiant ne contient que"),
        ("Élan", "é", "zoe@elan.example", "L’identifiant ne contient que"),
        ("Élan", "a" * 51, "zoe@elan.example", "50 caractères au plus"),
        ("Élan", "elan", "zoe@elan", "adresse e-mail"),
        ("Élan", "elan", "zoe@elan.example\0", "adresse e-mail"),
        ("Élan", "elan", f"{'z' * 250}@elan.example", "adresse e-mail"),
        ("   ", "elan", "zoe@elan.example", "Donnez un nom"),
        ("É" * 121, "elan", "zoe@elan.example", "de 1 à 120 caractères"),
        ("Él\0an", "elan", "zoe@elan.example", "Donnez un nom"),
    ],
)
def test_create_organization_refuses_with_one_sentence(catalogue, name, slug, owner, sentence):
    run("create_organization", "Pris", "--slug", "pris", "--owner", "paul@pris.example")

    with pytest.raises(CommandError, match=re.escape(sentence)):
        run("create_organization", name, "--slug", slug, "--owner", owner)

    with staff_context():
        assert list(Organization.objects.values_list("slug", flat=True)) == ["pris"]


def test_create_organization_asks_for_the_catalogue(db):
    with pytest.raises(CommandError, match="load_catalog"):
        run("create_organization", "Élan", "--slug", "elan", "--owner", "zoe@elan.example")
