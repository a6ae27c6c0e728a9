"""The door where staff prepare a tariff, rehearse it and publish it."""

import re
from datetime import date
from html import unescape

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tenancy import staff_context
from subscriptions import price_lists
from subscriptions.models import Price, PriceList
from subscriptions.rehearsal import rehearse
from support.groups import load_groups
from tests import world
from tests.subscriptions.price_list import NEW_YEAR, opened, renew_all

PREPARE = reverse("admin:subscriptions_pricelist_prepare", args=["digiforma"])


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
