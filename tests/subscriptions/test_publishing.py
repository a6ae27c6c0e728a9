"""A price list by hand: rehearsed by the engine, published once, never before the latest."""

import re
from datetime import date
from html import unescape

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.tenancy import staff_context
from subscriptions import agreements, plan_changes, price_lists
from subscriptions.catalog import Tariff
from subscriptions.models import Invoice, Period, Price, PriceList, Subscription
from subscriptions.periods import Commitment
from subscriptions.plan_changes import Change
from subscriptions.price_lists import EffectiveDayGoesBack, PriceMissing, publish_prices
from subscriptions.publishing import CatalogueDiffers, publish
from subscriptions.rehearsal import rehearse
from subscriptions.renewal import renew
from subscriptions.renewal_run import run
from support.groups import load_groups
from tests import world

TODAY = date(2026, 11, 23)
NEW_YEAR = date(2027, 1, 1)
PREPARE = reverse("admin:subscriptions_pricelist_prepare", args=["digiforma"])


@pytest.fixture
def seller(staff):
    return world.put_on_sale()


def dearer(seller, **cents: int) -> price_lists.Statement:
    """Return the latest list with other monthly prices, by code; annual is ten times that."""
    prices = price_lists.stated(price_lists.latest(seller))
    for code, amount_cents in cents.items():
        component = world.plan(code.replace("_", "-")).component_id
        prices[component, "monthly"] = amount_cents
        prices[component, "annual"] = 10 * amount_cents
    return prices


def opened(name: str, *, on: date, **what) -> Subscription:
    """Subscribe an organization of its own; documents never go back, so the earliest first."""
    organization = world.organization(name, name.lower(), owner=world.person(f"{name}.p"))
    subscription, _invoice = world.subscribed(organization, on=on, **what)
    return subscription


def renew_all() -> None:
    """Bring every subscription to today, and tell each its new échéance."""
    run(on=TODAY, scope=transaction.atomic)


def told(rehearsal) -> list[tuple]:
    return [
        (
            move.subscription.organization.name,
            move.plan,
            move.moves_on.isoformat(),
            move.before_cents,
            move.after_cents,
        )
        for move in rehearsal.moves
    ]


# The service


def test_publish_prices_takes_effect_on_its_day_and_not_before(seller):
    publish_prices(seller=seller, effective_on=NEW_YEAR, prices=dearer(seller, equipe=12900))
    _first, before = world.subscribed(world.organization(), on=date(2026, 12, 31))
    after = renew(subscription_id=before.subscription_id, on=date(2027, 1, 31))

    assert (before.net_cents, after.net_cents) == (11900, 12900)


def test_publish_prices_twice_is_one_list(seller):
    statement = {"effective_on": NEW_YEAR, "prices": dearer(seller, equipe=12900)}

    first = publish_prices(seller=seller, **statement)
    second = publish_prices(seller=seller, **statement)

    assert first == second
    assert PriceList.objects.count() == 3


@pytest.mark.parametrize(
    ("day", "refusal"),
    [
        (date(2024, 9, 23), EffectiveDayGoesBack),
        (date(2024, 9, 24), CatalogueDiffers),
    ],
)
def test_publish_prices_never_goes_back(seller, day, refusal):
    with pytest.raises(refusal):
        publish_prices(seller=seller, effective_on=day, prices=dearer(seller, equipe=12900))

    assert PriceList.objects.count() == 2


def test_publish_prices_forgets_nothing_that_is_on_sale(seller):
    prices = dearer(seller)
    del prices[world.plan("orga").component_id, "annual"]

    with pytest.raises(PriceMissing):
        publish_prices(seller=seller, effective_on=NEW_YEAR, prices=prices)


def test_a_loaded_list_that_forgets_a_price_takes_it_from_nobody(seller):
    """The rehearsal tells staff what has a price keeps one: a catalogue file can forget (R5)."""
    subscription = opened("Ravel", on=date(2026, 11, 9))
    components = {("plan", "orga"): world.plan("orga").component}
    tariff = Tariff(effective_on=NEW_YEAR, plans={"orga": (249_00, 2490_00)}, options={})

    publish(seller=seller, tariff=tariff, components=components)
    run(on=date(2027, 1, 9), scope=transaction.atomic, seller=seller)

    latest = Invoice.objects.filter(subscription=subscription).latest("pk")
    [line] = latest.lines.all()
    assert (line.starts_on, line.net_cents) == (date(2027, 1, 9), 119_00)
    assert line.price_list.effective_on == date(2024, 9, 24)


def test_a_published_list_is_never_edited_nor_deleted(seller):
    published = publish_prices(seller=seller, effective_on=NEW_YEAR, prices=dearer(seller))

    for deed in (
        lambda: published.prices.update(amount_cents=1),
        lambda: published.prices.all().delete(),
        lambda: PriceList.objects.filter(pk=published.pk).update(effective_on=TODAY),
        lambda: PriceList.objects.filter(pk=published.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()


# The rehearsal


def test_rehearse_says_who_moves_when_and_by_how_much(seller):
    opened("Annuel", on=date(2026, 3, 15), code="orga", commitment=Commitment.ANNUAL)
    opened("Mensuel", on=date(2026, 10, 9), options=("e-signature",))
    opened("Autre", on=date(2026, 11, 1), code="leader")
    renew_all()

    rehearsal = rehearse(
        seller=seller, effective_on=NEW_YEAR, prices=dearer(seller, equipe=12900, orga=24500)
    )

    assert told(rehearsal) == [
        ("Mensuel", "ÉQUIPE", "2027-01-09", 14400, 15400),
        ("Annuel", "ORGA", "2027-03-15", 239000, 245000),
    ]
    assert (rehearsal.unmoved, rehearsal.leaving, rehearsal.on_quote) == (1, 0, 0)
    assert (rehearsal.monthly_cents, rehearsal.yearly_cents) == (1500, 18000)


def test_rehearse_keeps_nothing(seller):
    opened("Mensuel", on=date(2026, 10, 9))
    renew_all()
    before = [model.objects.count() for model in (PriceList, Price, Invoice, Period)]

    rehearse(seller=seller, effective_on=NEW_YEAR, prices=dearer(seller, equipe=12900))

    assert [model.objects.count() for model in (PriceList, Price, Invoice, Period)] == before


def test_rehearse_counts_agreements_changes_and_departures(seller):
    names = ("Accord", "Remise", "Partant", "Annuel")
    agreed, discounted, leaving, committing = (opened(name, on=date(2026, 10, 9)) for name in names)
    changing = opened("Changeant", on=date(2026, 10, 9), code="orga")
    renew_all()
    agreements.agree_price(
        subscription_id=agreed.pk,
        price=agreements.Agreed(
            plan=world.plan("equipe"),
            amount_cents=10000,
            first_on=TODAY,
            last_on=date(2027, 12, 31),
        ),
        reason="partenariat",
    )
    agreements.add_discount(
        organization=discounted.organization, percent=50, periods=6, on=TODAY, reason="geste"
    )
    plan_changes.cancel_at_term(subscription_id=leaving.pk, on=TODAY)
    for subscription, change in (
        (changing, Change(plan=world.plan("equipe"))),
        (committing, Change(commitment=Commitment.ANNUAL)),
    ):
        plan_changes.change_at_term(subscription_id=subscription.pk, change=change, on=TODAY)

    rehearsal = rehearse(
        seller=seller, effective_on=date(2026, 12, 1), prices=dearer(seller, equipe=12900)
    )

    assert told(rehearsal) == [
        ("Annuel", "ÉQUIPE", "2026-12-09", 119000, 129000),
        ("Changeant", "ÉQUIPE", "2026-12-09", 11900, 12900),
        ("Remise", "ÉQUIPE", "2026-12-09", 5950, 6450),
    ]
    assert (rehearsal.unmoved, rehearsal.leaving) == (1, 1)


def test_rehearse_tells_what_renewal_then_bills(seller):
    opened("Annuel", on=date(2025, 12, 31), code="orga", commitment=Commitment.ANNUAL)
    opened("Mensuel", on=date(2026, 8, 31), options=("e-signature", "api-access"))
    renew_all()
    prices = dearer(seller, equipe=13333, orga=29999)
    day = date(2026, 12, 15)
    rehearsed = rehearse(seller=seller, effective_on=day, prices=prices)

    publish_prices(seller=seller, effective_on=day, prices=prices)
    run(on=date(2026, 12, 31), scope=transaction.atomic)

    billed = [
        Invoice.objects.filter(
            subscription=move.subscription, lines__starts_on=move.moves_on
        ).distinct()
        for move in rehearsed.moves
    ]
    assert [(move.moves_on, move.after_cents) for move in rehearsed.moves] == [
        (date(2026, 12, 31), 299990),
        (date(2026, 12, 31), 13333 + 2500 + 3900),
    ]
    assert [invoice.get().net_cents for invoice in billed] == [299990, 19733]


def test_rehearse_costs_the_same_queries_for_one_and_for_three(seller):
    statement = {"effective_on": NEW_YEAR, "prices": dearer(seller, equipe=12900)}
    opened("Un", on=date(2026, 11, 9))
    with CaptureQueriesContext(connection) as few:
        rehearse(seller=seller, **statement)
    opened("Deux", on=date(2026, 11, 9))
    opened("Trois", on=date(2026, 11, 9), commitment=Commitment.ANNUAL)
    with CaptureQueriesContext(connection) as many:
        rehearse(seller=seller, **statement)

    assert len(many) == len(few)


# The door


@pytest.fixture
def desk(db):
    """Put on sale, one subscription, and the staff of each group; today is 23 November 2026."""
    with time_machine.travel("2026-11-23 10:00", tick=False):
        with staff_context():
            world.put_on_sale()
            load_groups()
            for name, group in (
                ("lea", "customer_care"),
                ("victor", "sales_team"),
                ("magda", "manager"),
                ("remi", "reader"),
            ):
                world.person(name, is_staff=True).groups.add(Group.objects.get(name=group))
            opened("Mensuel", on=date(2026, 10, 9))
            renew_all()
        yield


def enter(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{name}@exemple.fr"))
    return client


def filled(client: Client, **changes: str) -> dict:
    """Return the form as the page gives it, prefilled, with some fields changed."""
    page = client.get(PREPARE).text
    fields = dict(re.findall(r'<input type="text" name="(price_[^"]+)" value="([^"]*)"', page))
    with staff_context():
        codes = {code: world.plan(code).component_id for code in ("equipe", "sur-mesure")}
    for code, amount in changes.items():
        fields[f"price_{codes[code]}_monthly"] = amount
    return {"effective_on": "2027-01-01", **fields}


def said(response) -> str:
    plain = unescape(re.sub(r"<[^>]+>", " ", response.text)).replace("\u00a0", " ")
    return re.sub(r"\s+", " ", plain)


def lists() -> list[str]:
    with staff_context():
        return [
            f"{on}"
            for on in PriceList.objects.order_by("pk").values_list("effective_on", flat=True)
        ]


def test_a_tariff_is_prefilled_rehearsed_and_published_once(desk):
    client = enter("magda")
    fields = filled(client, equipe="129,50")

    rehearsed = client.post(PREPARE, {**fields, "step": "rehearse"})
    before = lists()
    published = [client.post(PREPARE, {**fields, "step": "publish"}) for _click in range(2)]

    assert (
        "9 janvier 2027 Mensuel ÉQUIPE mensuel, options comprises 119,00 € 129,50 € + 10,50 €"
        in (said(rehearsed))
    )
    assert "Par mois + 10,50 € HT Par an + 126,00 € HT" in said(rehearsed)
    assert before == ["2023-07-01", "2024-09-24"]
    assert [answer.status_code for answer in published] == [302, 302]
    assert lists() == [*before, "2027-01-01"]
    with staff_context():
        price = Price.objects.get(
            price_list__effective_on=NEW_YEAR,
            component=world.plan("equipe").component,
            commitment="monthly",
        )
        kept = Price.objects.filter(price_list__effective_on=NEW_YEAR).count()
    assert (price.amount_cents, kept) == (12950, 28)


def test_the_history_of_a_list_says_who_published_it(desk):
    """Once: the same list sent again publishes nothing."""
    client = enter("magda")
    fields = {**filled(client, equipe="129"), "step": "publish"}

    client.post(PREPARE, fields)
    client.post(PREPARE, fields)
    with staff_context():
        published = PriceList.objects.get(effective_on=NEW_YEAR)
        rehearse(
            seller=published.seller,
            effective_on=date(2027, 2, 1),
            prices={**price_lists.stated(published)},
        )
        told = list(LogEntry.objects.values_list("user__email", "object_id", "change_message"))
    history = client.get(reverse("admin:subscriptions_pricelist_history", args=[published.pk]))

    sentence = "Tarif publié, en vigueur au 01/01/2027."
    assert told == [("magda@exemple.fr", str(published.pk), sentence)]
    assert sentence in said(history)


def test_sales_prepare_and_managers_publish(desk):
    fields = filled(enter("victor"), equipe="129")

    rehearsed = enter("victor").post(PREPARE, {**fields, "step": "rehearse"})
    refused = enter("victor").post(PREPARE, {**fields, "step": "publish"})

    assert "Un responsable publie le tarif." in said(rehearsed)
    assert refused.status_code == 403
    assert len(lists()) == 2


@pytest.mark.parametrize("name", ["lea", "remi"])
def test_others_only_read_the_lists(desk, name):
    client = enter(name)
    listing = client.get(reverse("admin:subscriptions_pricelist_changelist"))

    assert client.get(PREPARE).status_code == 403
    assert client.post(PREPARE, {"step": "publish"}).status_code == 403
    assert PREPARE not in listing.text
    assert listing.status_code == 200


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"effective_on": "2026-11-22"}, "aujourd’hui ou un jour à venir"),
        ({"effective_on": ""}, "À remplir"),
        ({"equipe": ""}, "À remplir"),
        ({"equipe": "-1"}, "supérieure ou égale à 0"),
        ({"equipe": "cher"}, "Saisissez un nombre"),
    ],
)
def test_a_tariff_that_cannot_be_is_said(desk, changes, expected):
    client = enter("magda")
    fields = filled(client, **{key: value for key, value in changes.items() if key == "equipe"})
    fields |= {key: value for key, value in changes.items() if key != "equipe"}

    answer = client.post(PREPARE, {**fields, "step": "publish"})

    assert answer.status_code == 422
    assert expected in said(answer)
    assert len(lists()) == 2


def test_a_tariff_never_precedes_the_latest(desk):
    client = enter("magda")
    client.post(PREPARE, {**filled(client, equipe="129"), "step": "publish"})

    earlier = client.post(
        PREPARE, {**filled(client), "effective_on": "2026-12-01", "step": "rehearse"}
    )
    same_day = client.post(PREPARE, {**filled(client, equipe="139"), "step": "publish"})

    assert "Le dernier tarif prend effet le 01/01/2027" in said(earlier)
    assert "Un autre tarif prend déjà effet ce jour-là" in said(same_day)
    assert len(lists()) == 3
