"""What a line says of itself, from the numbers that it kept; then on lines the engine wrote."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from subscriptions import agreements, credit_notes, items, plan_changes
from subscriptions.explanations import Stated, explain
from subscriptions.mentions import document_of
from subscriptions.plan_changes import Change
from subscriptions.renewal import renew
from tests import world

SHARE = Stated(
    kind="charge",
    operation="change 1",
    days=18,
    days_in_period=28,
    full_price_cents=23900,
    listed_cents=23900,
    discount_percent=Decimal(0),
    net_cents=15364,
    price_list_on=date(2024, 9, 24),
)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ["18 jours sur 28, à 239,00 € la période, tarif en vigueur au 24 septembre 2024"]),
        (
            {"days": 28, "net_cents": 23900, "price_list_on": date(2024, 10, 1)},
            ["Période entière, à 239,00 € la période, tarif en vigueur au 1er octobre 2024"],
        ),
        (
            {"days": 1, "net_cents": 854},
            ["1 jour sur 28, à 239,00 € la période, tarif en vigueur au 24 septembre 2024"],
        ),
        ({"price_list_on": None}, ["18 jours sur 28, à 239,00 € la période, prix négocié"]),
        (
            {"full_price_cents": 19120, "discount_percent": Decimal("20.00"), "net_cents": 12291},
            [
                "18 jours sur 28, à 191,20 € la période : 239,00 €, tarif en vigueur au "
                "24 septembre 2024, moins 20 % de remise"
            ],
        ),
        (
            {"kind": "credit", "net_cents": -15364},
            [
                "18 jours sur 28 non utilisés, au prix facturé de 239,00 € la période, tarif en "
                "vigueur au 24 septembre 2024"
            ],
        ),
        (
            {"kind": "credit", "net_cents": -15364, "is_goodwill": True, "price_list_on": None},
            [
                "Geste commercial",
                "18 jours sur 28 non utilisés, au prix facturé de 239,00 € la période, "
                "prix négocié",
            ],
        ),
        (
            {"kind": "carried", "days": 1, "full_price_cents": 900, "net_cents": 32},
            [
                "Reporté ici : sous 0,50 € TTC, une somme attend la facture suivante",
                "1 jour sur 28, à 9,00 € la période, tarif en vigueur au 24 septembre 2024",
            ],
        ),
        (
            {"net_cents": 4000},
            [
                "18 jours sur 28, à 239,00 € la période, tarif en vigueur au 24 septembre 2024",
                "Seule la différence avec ce qui était déjà facturé pour ces jours",
            ],
        ),
        (
            {"kind": "credit", "operation": "cancel F2026-000012", "net_cents": -23900, "days": 28},
            [
                "Annule une ligne de la facture F2026-000012",
                "Période entière rendue, au prix facturé de 239,00 € la période, tarif en vigueur "
                "au 24 septembre 2024",
            ],
        ),
    ],
)
def test_explain_tells_how_the_amount_came_about(changed, expected):
    told = explain(replace(SHARE, **changed))

    assert [sentence.replace("\u00a0", " ") for sentence in told] == expected


def lines(invoice) -> list[tuple]:
    shown = document_of(invoice.pk, on=invoice.issued_on)
    return [
        (
            line.designation,
            line.unit_cents,
            line.quantity,
            [sentence.replace("\u00a0", " ") for sentence in line.explanation],
        )
        for line in shown.lines
    ]


@pytest.mark.django_db
def test_a_change_now_explains_both_of_its_lines(ravel):
    subscription, _first = world.subscribed(ravel, on=date(2026, 2, 1))

    invoice = plan_changes.change_now(
        subscription_id=subscription.pk,
        change=Change(plan=world.plan("orga")),
        on=date(2026, 2, 11),
        operation="upgrade",
    )

    assert lines(invoice) == [
        (
            "ÉQUIPE, part non utilisée",
            11900,
            "\u221218/28",
            [
                "18 jours sur 28 non utilisés, au prix facturé de 119,00 € la période, tarif en "
                "vigueur au 24 septembre 2024"
            ],
        ),
        (
            "ORGA, jusqu’à l’échéance",
            23900,
            "18/28",
            ["18 jours sur 28, à 239,00 € la période, tarif en vigueur au 24 septembre 2024"],
        ),
    ]


@pytest.mark.django_db
def test_discount_and_agreement_are_told_on_the_line_they_shape(ravel):
    subscription, _first = world.subscribed(ravel, on=date(2026, 2, 1))
    agreements.agree_price(
        subscription_id=subscription.pk,
        price=agreements.Agreed(
            plan=world.plan("equipe"),
            amount_cents=10000,
            first_on=date(2026, 3, 1),
            last_on=date(2026, 12, 31),
        ),
        reason="partenariat",
    )
    agreements.add_discount(
        organization=ravel, percent=Decimal("12.5"), periods=1, on=date(2026, 2, 3), reason="geste"
    )

    discounted = renew(subscription_id=subscription.pk, on=date(2026, 3, 1))
    plain = renew(subscription_id=subscription.pk, on=date(2026, 4, 1))

    assert [line[1:] for line in lines(discounted)] == [
        (
            8750,
            "1",
            [
                "Période entière, à 87,50 € la période : 100,00 €, prix négocié, "
                "moins 12,5 % de remise"
            ],
        )
    ]
    assert [line[1:] for line in lines(plain)] == [
        (10000, "1", ["Période entière, à 100,00 € la période, prix négocié"])
    ]


@pytest.mark.django_db
def test_a_gesture_and_a_carried_line_say_what_they_are(ravel):
    subscription, _first = world.subscribed(ravel, on=date(2026, 2, 1))

    gesture = credit_notes.credit_days(
        subscription_id=subscription.pk, days=2, on=date(2026, 2, 3), reason="panne"
    )
    items.add_items(  # 15 € for one day of 28 is 0.54: with VAT 0.64, over the minimum
        subscription_id=subscription.pk,
        components=[world.option("custom-fields")],
        on=date(2026, 2, 28),
        operation="one day",
    )
    agreements.agree_price(
        subscription_id=subscription.pk,
        price=agreements.Agreed(
            plan=world.plan("orga"),
            amount_cents=12000,
            first_on=date(2026, 2, 1),
            last_on=date(2026, 12, 31),
        ),
        reason="partenariat",
    )
    waiting = plan_changes.change_now(  # one day of a price one euro dearer: 0.04
        subscription_id=subscription.pk,
        change=Change(plan=world.plan("orga")),
        on=date(2026, 2, 28),
        operation="one euro",
    )
    carrying = renew(subscription_id=subscription.pk, on=date(2026, 3, 1))

    assert waiting is None
    assert lines(gesture)[0][3][0] == "Geste commercial"
    assert [line[3][0] for line in lines(carrying)] == [
        "Période entière, à 120,00 € la période, prix négocié",
        "Période entière, à 15,00 € la période, tarif en vigueur au 24 septembre 2024",
        "Reporté ici : sous 0,50 € TTC, une somme attend la facture suivante",
        "Reporté ici : sous 0,50 € TTC, une somme attend la facture suivante",
    ]
