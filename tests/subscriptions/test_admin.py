"""The billing desk. Léa is in customer care, Victor sells, Magda and Milan manage, Rémi reads."""

import re
from datetime import date
from html import unescape

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tenancy import staff_context
from subscriptions import plan_changes
from subscriptions.models import (
    Discount,
    Invoice,
    NegotiatedPrice,
    Payment,
    PendingChange,
    StaffOrder,
    Subscription,
)
from subscriptions.periods import Commitment
from subscriptions.renewal import renew
from subscriptions.staff_rights import RIGHTS, Deed
from support.groups import load_groups
from tests import world

TODAY = date(2026, 11, 23)
STAFF = {
    "lea": "customer_care",
    "victor": "sales_team",
    "magda": "manager",
    "milan": "manager",
    "remi": "reader",
}
PLAIN = str.maketrans({"\u00a0": " ", "\u2212": "-", "\u00d7": "x"})


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 10:00", tick=False):
        yield


@pytest.fixture
def ravel(db):
    """Return Ravel's subscription to ÉQUIPE, monthly since 9 September 2026, and the staff."""
    with staff_context():
        world.put_on_sale()
        load_groups()
        for name, group in STAFF.items():
            world.person(name, is_staff=True).groups.add(Group.objects.get(name=group))
        subscription, _invoice = world.subscribed(world.organization(), on=date(2026, 9, 9))
        for _month in range(2):
            renew(subscription_id=subscription.pk, on=TODAY)
        subscription.refresh_from_db()
    return subscription


@pytest.fixture
def enter():
    """Return what signs somebody of the staff in, by name."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(email=f"{name}@exemple.fr"))
        return client

    return sign_in


def page_of(row) -> str:
    return reverse(f"admin:subscriptions_{row._meta.model_name}_change", args=[row.pk])


def deed_of(row, name: str) -> str:
    return reverse(f"admin:subscriptions_{row._meta.model_name}_deed", args=[row.pk, name])


def text(response) -> str:
    """Return what a page says, in characters that a keyboard has."""
    said = unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).translate(PLAIN)
    return re.sub(r"\s+", " ", said)


def confirmation(response) -> dict:
    """Return the hidden fields of a page that asks to confirm."""
    fields = re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', response.text)
    return {name: unescape(value) for name, value in fields if name != "csrfmiddlewaretoken"}


def shown(client: Client, row, name: str, **fields) -> dict:
    """Fill a deed's form in; return what its confirmation would send."""
    response = client.post(deed_of(row, name), {"reason": "convenu au téléphone", **fields})
    assert response.status_code == 200, text(response)
    return {**confirmation(response), "confirm": "yes"}


def done(client: Client, row, name: str, **fields):
    """Fill a deed's form in and confirm it."""
    return client.post(deed_of(row, name), shown(client, row, name, **fields))


def documents(subscription) -> list[tuple]:
    with staff_context():
        rows = Invoice.objects.filter(subscription=subscription).order_by("pk")
        return [(row.number, row.net_cents) for row in rows]


def rows(model, **which) -> list:
    with staff_context():
        return list(model.objects.filter(**which).order_by("pk"))


def last_invoice(subscription) -> Invoice:
    with staff_context():
        return Invoice.objects.filter(subscription=subscription).latest("pk")


# Reading


@pytest.mark.parametrize("name", STAFF)
def test_every_group_reads_a_subscription_and_its_documents(ravel, enter, name):
    client = enter(name)
    found = text(client.get(page_of(ravel)))

    for said in (
        "Ravel Formation",
        "ÉQUIPE",
        "Échéance 9 décembre 2026",
        "Facture du 9 décembre 2026 ÉQUIPE 119,00 €",
        "F2026-000003 23 novembre 2026 du 9 novembre au 8 décembre 2026 142,80 €",
        "Période du 9 novembre au 8 décembre 2026 nº 3",
        "Le moteur : abonnement ouvert",
    ):
        assert said in found
    document = text(client.get(page_of(last_invoice(ravel))))
    assert (
        "Période entière, à 119,00 € la période, tarif en vigueur au 24 septembre 2024" in document
    )


@pytest.mark.parametrize(
    "term", ["ravel", "RAVEL FORM", "F2026-000002", "alice@exemple.fr", "20000"]
)
def test_subscriptions_are_found_by_what_customers_quote(ravel, enter, term):
    number = ravel.organization_id + 20000
    with staff_context():
        elsewhere = world.organization("Ailleurs", "ailleurs", owner=world.person("Charlie"))
        world.subscribed(elsewhere, on=TODAY)

    response = enter("remi").get(
        reverse("admin:subscriptions_subscription_changelist"),
        {"q": str(number) if term == "20000" else term},
    )

    assert [row.pk for row in response.context["cl"].result_list] == [ravel.pk]


def test_the_list_filters_what_is_set_aside(ravel, enter):
    park(ravel)
    address = reverse("admin:subscriptions_subscription_changelist")
    client = enter("remi")

    aside = client.get(address, {"parked": "yes"}).context["cl"].result_list
    normal = client.get(address, {"parked": "no"}).context["cl"].result_list

    assert ([row.pk for row in aside], list(normal)) == ([ravel.pk], [])


def test_a_late_invoice_shows_what_may_be_claimed(ravel, enter):
    [first, *_rest] = rows(Invoice, subscription=ravel)

    said = text(enter("remi").get(page_of(first)))

    assert "142,80 € x 15 % x 45 j depuis le 9 octobre 2026 2,64 €" in said
    assert "Peut être réclamé, sans TVA 42,64 €" in said


# Who may


OPEN = {
    "lea": {"withdraw_pending", "cancel_at_term"},
    "victor": {"change_now", "withdraw_pending", "cancel_at_term"},
    "magda": {
        "release",
        "change_now",
        "agree_price",
        "add_discount",
        "credit_days",
        "withdraw_pending",
        "cancel_at_term",
    },
    "remi": set(),
}
ALL_DEEDS = OPEN["magda"]


@pytest.mark.parametrize("name", OPEN)
def test_each_group_opens_and_posts_its_own_deeds_only(ravel, enter, name):
    client = enter(name)

    opened = {deed for deed in ALL_DEEDS if client.get(deed_of(ravel, deed)).status_code == 200}
    refused = {
        deed
        for deed in ALL_DEEDS
        if client.post(deed_of(ravel, deed), {"reason": "x"}).status_code == 403
    }

    assert opened == OPEN[name]
    assert refused == ALL_DEEDS - OPEN[name]


@pytest.mark.parametrize("name", ["lea", "victor", "remi"])
@pytest.mark.parametrize("deed", ["record_payment", "cancel_document"])
def test_only_managers_touch_a_document(ravel, enter, name, deed):
    address = deed_of(last_invoice(ravel), deed)

    assert enter(name).get(address).status_code == 403
    assert enter(name).post(address, {"reason": "x", "confirm": "yes"}).status_code == 403
    assert len(documents(ravel)) == 3


@pytest.mark.parametrize("name", OPEN)
def test_the_page_shows_only_the_buttons_one_may_press(ravel, enter, name):
    page = enter(name).get(page_of(ravel)).text

    shown = {deed for deed in ALL_DEEDS if deed_of(ravel, deed) in page}

    assert shown == OPEN[name] - {"release", "withdraw_pending"}  # nothing is aside, nothing waits


def test_a_superuser_of_no_group_does_nothing(ravel, enter):
    with staff_context():
        world.person("Root", is_staff=True, is_superuser=True)

    assert enter("root").get(deed_of(ravel, "credit_days")).status_code == 403


@pytest.mark.parametrize("name", ["alice", None])
def test_strangers_do_not_reach_the_desk(ravel, enter, name):
    client = enter(name) if name else Client()

    for address in (page_of(ravel), deed_of(ravel, "credit_days")):
        assert client.get(address).status_code in (302, 403)
        assert client.post(address, {"reason": "x"}).status_code in (302, 403)


def test_what_does_not_exist_is_not_found(ravel, enter):
    client = enter("magda")
    unknown = Subscription(pk=ravel.pk + 1)

    assert client.get(page_of(unknown)).status_code == 404
    assert client.get(deed_of(unknown, "credit_days")).status_code == 404
    assert client.get(deed_of(ravel, "record_payment")).status_code == 404
    assert client.get(deed_of(ravel, "nonsense")).status_code == 404
    assert client.post(page_of(ravel), {}).status_code == 403


def test_every_right_is_decided():
    assert set(RIGHTS) == set(Deed)


# Deeds: what is shown is what is done, once


def test_a_change_now_issues_what_its_preview_showed(ravel, enter):
    client = enter("victor")

    asked = client.post(
        deed_of(ravel, "change_now"), {"reason": "au téléphone", "plan": "orga", "commitment": ""}
    )
    told = text(asked)
    client.post(deed_of(ravel, "change_now"), {**confirmation(asked), "confirm": "yes"})

    assert "ÉQUIPE, part non utilisée" in told
    assert "Facture du 23 novembre 2026, HT 64,00 €" in told
    assert documents(ravel)[-1] == ("F2026-000004", 6400)


def test_a_second_click_does_nothing(ravel, enter):
    client = enter("magda")
    sent = shown(client, ravel, "credit_days", days="3")

    answers = [client.post(deed_of(ravel, "credit_days"), sent) for _click in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert documents(ravel)[3:] == [("A2026-000001", -1190)]
    assert len(rows(StaffOrder)) == 1


def test_what_changed_since_the_preview_is_shown_again_and_not_done(ravel, enter):
    client = enter("magda")
    sent = shown(client, ravel, "credit_days", days="3")
    done(enter("victor"), ravel, "change_now", plan="orga", commitment="")

    answer = client.post(deed_of(ravel, "credit_days"), sent)

    assert answer.status_code == 409
    assert "Le calcul a changé depuis l’aperçu" in text(answer)
    assert [number for number, _net in documents(ravel) if number.startswith("A")] == []


def test_a_confirmation_without_a_preview_is_refused(ravel, enter):
    answer = enter("magda").post(
        deed_of(ravel, "credit_days"),
        {
            "reason": "x",
            "days": "3",
            "confirm": "yes",
            "seen": "",
            "key": "0b0e9a4e-7a0a-4b8e-9a63-3a1a3a1b8a11",
        },
    )

    assert answer.status_code == 409
    assert len(documents(ravel)) == 3


def test_a_preview_writes_nothing(ravel, enter):
    shown(enter("magda"), ravel, "credit_days", days="3")

    assert len(documents(ravel)) == 3
    assert rows(StaffOrder) == []


def test_a_cheaper_plan_now_takes_a_manager(ravel, enter):
    fields = {"reason": "convenu", "plan": "indep-plus", "commitment": ""}

    plain = enter("victor").post(deed_of(ravel, "change_now"), fields)
    forced = enter("victor").post(
        deed_of(ravel, "change_now"),
        {
            **fields,
            "override": "on",
            "confirm": "yes",
            "seen": "x",
            "key": "0b0e9a4e-7a0a-4b8e-9a63-3a1a3a1b8a11",
        },
    )
    done(enter("magda"), ravel, "change_now", plan="indep-plus", commitment="", override="on")

    assert "attend l’échéance" in text(plain)
    assert (plain.status_code, forced.status_code) == (422, 403)
    assert documents(ravel)[3:] == [("A2026-000001", -3200)]


def test_an_agreed_price_shows_the_next_invoice_it_makes(ravel, enter):
    client = enter("magda")
    fields = {
        "plan": "equipe",
        "amount": "99,50",
        "first_on": "2026-12-01",
        "last_on": "2027-11-30",
    }

    asked = client.post(deed_of(ravel, "agree_price"), {"reason": "partenariat", **fields})
    client.post(deed_of(ravel, "agree_price"), {**confirmation(asked), "confirm": "yes"})
    [agreed] = rows(NegotiatedPrice)
    with staff_context():
        invoice = renew(subscription_id=ravel.pk, on=date(2026, 12, 9))

    assert "Facture du 9 décembre 2026, HT 99,50 €" in text(asked)
    assert (agreed.amount_cents, agreed.commitment, agreed.reason) == (
        9950,
        "monthly",
        "partenariat",
    )
    assert invoice.net_cents == 9950


def test_a_discount_shows_the_next_invoice_it_makes(ravel, enter):
    client = enter("magda")
    asked = client.post(
        deed_of(ravel, "add_discount"), {"reason": "geste", "percent": "12,5", "periods": "2"}
    )
    client.post(deed_of(ravel, "add_discount"), {**confirmation(asked), "confirm": "yes"})
    [given] = rows(Discount)
    with staff_context():
        invoice = renew(subscription_id=ravel.pk, on=date(2026, 12, 9))

    assert "Facture du 9 décembre 2026, HT 104,13 €" in text(asked)
    assert (str(given.percent), given.periods) == ("12.50", 2)
    assert invoice.net_cents == 10413


def test_a_cancellation_is_ordered_and_withdrawn(ravel, enter):
    client = enter("lea")

    done(client, ravel, "cancel_at_term")
    said = text(client.get(page_of(ravel)))
    done(client, ravel, "withdraw_pending")

    assert "Résiliation" in said
    assert [row.state for row in rows(PendingChange)] == [PendingChange.State.WITHDRAWN]
    assert [row.reason for row in rows(StaffOrder)] == ["convenu au téléphone"] * 2


def park(subscription) -> None:
    with staff_context():
        Subscription.objects.filter(pk=subscription.pk).update(
            parked_because="une ligne à 900,00 € dépasse son plein tarif"
        )


def test_a_parked_subscription_says_why_and_is_released(ravel, enter):
    park(ravel)
    client = enter("magda")

    said = text(client.get(page_of(ravel)))
    asked = client.post(deed_of(ravel, "release"), {"reason": "prix vérifié"})
    client.post(deed_of(ravel, "release"), {**confirmation(asked), "confirm": "yes"})
    again = client.post(deed_of(ravel, "release"), {"reason": "encore"})

    assert "Mis de côté par la facturation : une ligne à 900,00 € dépasse" in said
    assert "Facture du 9 décembre 2026, HT 119,00 €" in text(asked)
    assert [row.parked_because for row in rows(Subscription)] == [""]
    assert (again.status_code, len(rows(StaffOrder))) == (422, 1)


def test_a_payment_is_recorded_once_and_never_above_the_balance(ravel, enter):
    client, invoice = enter("magda"), last_invoice(ravel)
    fields = {"amount": "100", "received_on": "2026-11-20", "reference": "VIR 1", "reason": ""}

    asked = client.post(deed_of(invoice, "record_payment"), fields)
    sent = {**confirmation(asked), "confirm": "yes"}
    client.post(deed_of(invoice, "record_payment"), sent)
    client.post(deed_of(invoice, "record_payment"), sent)
    same = client.post(deed_of(invoice, "record_payment"), {**fields, "amount": "1"})
    more = client.post(
        deed_of(invoice, "record_payment"), {**fields, "amount": "42,81", "reference": "VIR 2"}
    )
    future = client.post(
        deed_of(invoice, "record_payment"), {**fields, "received_on": "2026-11-24"}
    )

    assert "Reste à payer ensuite, TTC 42,80 €" in text(asked)
    assert [row.amount_cents for row in rows(Payment)] == [10000]
    assert "déjà enregistré" in text(same)
    assert "plus que le reste à payer" in text(more)
    assert "aujourd’hui ou un jour passé" in text(future)
    assert "42,80 € TTC" in text(client.get(page_of(invoice)))


def test_a_document_is_cancelled_with_what_it_opened(ravel, enter):
    done(enter("victor"), ravel, "change_now", plan="orga", commitment="")
    invoice = last_invoice(ravel)

    asked = enter("magda").post(deed_of(invoice, "cancel_document"), {"reason": "erreur"})
    enter("magda").post(
        deed_of(invoice, "cancel_document"), {**confirmation(asked), "confirm": "yes"}
    )

    assert "Avoir, HT -64,00 €" in text(asked)
    assert documents(ravel)[-1] == ("A2026-000001", -6400)
    assert "ÉQUIPE" in text(enter("remi").get(page_of(ravel)))


@pytest.mark.parametrize(
    ("deed", "fields", "said"),
    [
        ("credit_days", {"days": "0"}, "supérieure ou égale à 1"),
        ("credit_days", {"days": "31"}, "il y en a moins"),
        ("credit_days", {"days": ""}, "À remplir"),
        ("add_discount", {"percent": "101", "periods": "1"}, "inférieure ou égale à 100"),
        (
            "agree_price",
            {
                "plan": "equipe",
                "amount": "1",
                "first_on": "2026-12-02",
                "last_on": "2026-12-01",
            },
            "ne précède pas",
        ),
        ("change_now", {"plan": "", "commitment": ""}, "Choisissez une formule"),
        ("change_now", {"plan": "equipe", "commitment": ""}, "rien ne changerait"),
        ("change_now", {"plan": "sur-mesure", "commitment": ""}, "convenez d’abord d’un prix"),
        ("withdraw_pending", {}, "Rien n’attend"),
    ],
)
def test_what_cannot_be_is_said_and_not_done(ravel, enter, deed, fields, said):
    answer = enter("magda").post(deed_of(ravel, deed), {"reason": "essai", **fields})

    assert answer.status_code == 422
    assert said in text(answer)
    assert rows(StaffOrder) == []


# Two people


@pytest.fixture
def large(ravel):
    """Return an invoice of 1 190 € HT, a year's, of another organization."""
    with staff_context():
        _subscription, invoice = world.subscribed(
            world.organization("Large", "large", owner=world.person("Lise")),
            on=TODAY,
            commitment=Commitment.ANNUAL,
        )
    return invoice


@pytest.fixture
def waiting(large, enter):
    """Return the order by which Magda asks to cancel it."""
    asked = enter("magda").post(deed_of(large, "cancel_document"), {"reason": "doublon"})
    assert "attend l’accord d’un autre responsable" in text(asked)
    enter("magda").post(
        deed_of(large, "cancel_document"), {**confirmation(asked), "confirm": "yes"}
    )
    [order] = rows(StaffOrder)
    return order


def decide(client: Client, order, decision: str = "approve"):
    seen = confirmation(client.get(page_of(order))).get("seen", "")
    return client.post(
        reverse("admin:subscriptions_stafforder_decide", args=[order.pk]),
        {"decision": decision, "seen": seen},
    )


def credit_notes() -> list[int]:
    return [row.net_cents for row in rows(Invoice, kind=Invoice.Kind.CREDIT_NOTE)]


def test_a_large_credit_note_waits_for_a_second_manager(waiting, enter):
    assert (waiting.state, credit_notes()) == ("waiting", [])

    decide(enter("milan"), waiting)

    [order] = rows(StaffOrder)
    assert (order.state, order.decided_by.email) == ("done", "milan@exemple.fr")
    assert credit_notes() == [-119000]


def test_nobody_approves_what_they_asked_for(waiting, enter):
    client = enter("magda")
    page = text(client.get(page_of(waiting)))

    assert decide(client, waiting).status_code == 403
    assert "un autre responsable l’approuve" in page
    assert "Approuver" not in page
    assert credit_notes() == []


@pytest.mark.parametrize("name", ["lea", "victor", "remi"])
@pytest.mark.parametrize("decision", ["approve", "refuse"])
def test_only_managers_decide(waiting, enter, name, decision):
    assert decide(enter(name), waiting, decision).status_code == 403
    assert [order.state for order in rows(StaffOrder)] == ["waiting"]


def test_an_order_is_decided_once(waiting, enter):
    decide(enter("milan"), waiting)
    decide(enter("milan"), waiting)
    decide(enter("magda"), waiting, "refuse")

    assert [order.state for order in rows(StaffOrder)] == ["done"]
    assert credit_notes() == [-119000]


def test_whoever_asked_may_give_up(waiting, enter):
    decide(enter("magda"), waiting, "refuse")

    assert ([order.state for order in rows(StaffOrder)], credit_notes()) == (["refused"], [])


def test_what_the_approver_did_not_see_is_not_done(waiting, enter):
    client = enter("milan")
    client.post(
        reverse("admin:subscriptions_stafforder_decide", args=[waiting.pk]),
        {"decision": "approve", "seen": "credit_note:-1:-1"},
    )

    assert ([order.state for order in rows(StaffOrder)], credit_notes()) == (["waiting"], [])


def test_an_order_that_cannot_be_done_any_more_says_so(waiting, large, enter):
    with staff_context():
        plan_changes.change_now(
            subscription_id=large.subscription_id,
            change=plan_changes.Change(plan=world.plan("orga")),
            on=TODAY,
            operation="since",
        )

    page = text(enter("milan").get(page_of(waiting)))

    decide(enter("milan"), waiting)

    assert "annulez d’abord le document le plus récent" in page
    assert "Approuver" not in page
    assert ([order.state for order in rows(StaffOrder)], credit_notes()) == (["waiting"], [])


@pytest.mark.parametrize(("days", "waits"), [("153", False), ("154", True)])
def test_five_hundred_euros_are_still_for_one(ravel, large, enter, days, waits):
    """153 days of 365 at 1 190 € are 498.82 €; 154 are 502.08 €."""
    done(enter("magda"), large.subscription, "credit_days", days=days)

    assert bool(credit_notes()) is not waits
    assert [order.takes_two for order in rows(StaffOrder)] == [waits]


def test_the_database_itself_refuses_one_person_for_two(waiting):
    with staff_context():
        for change in (
            {"state": "done", "decided_by": waiting.asked_by, "decided_on": TODAY},
            {"state": "done"},
            {"state": "waiting", "takes_two": False},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                StaffOrder.objects.filter(pk=waiting.pk).update(**change)
