"""Deeds of the billing desk: what is shown is what is done, once."""

from datetime import date

import pytest

from accounts.models import AuditEvent
from accounts.tenancy import staff_context
from subscriptions.models import (
    Discount,
    NegotiatedPrice,
    Payment,
    PendingChange,
    StaffOrder,
    Subscription,
)
from subscriptions.renewal import renew
from subscriptions.renewal_run import run
from tests.subscriptions.desk.pages import (
    confirmation,
    deed_of,
    documents,
    done,
    last_invoice,
    page_of,
    park,
    rows,
    shown,
    text,
)

DECEMBER = {"first_on": "2026-12-01", "last_on": "2026-12-31"}


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


def test_a_parked_subscription_says_why_and_is_released(ravel, enter):
    park(ravel)
    client = enter("magda")

    said = text(client.get(page_of(ravel)))
    asked = client.post(deed_of(ravel, "release"), {"reason": "prix vérifié"})
    client.post(deed_of(ravel, "release"), {**confirmation(asked), "confirm": "yes"})
    again = client.post(deed_of(ravel, "release"), {"reason": "encore"})

    assert (
        "Mis de côté par la facturation : Les bornes arrêtent la facture suivante : "
        "une ligne à 900,00 € dépasse"
    ) in said
    assert "Facture du 9 décembre 2026, HT 119,00 €" in text(asked)
    assert [row.parked_because for row in rows(Subscription)] == [""]
    assert (again.status_code, len(rows(StaffOrder))) == (422, 1)


def test_a_release_shows_the_refused_renewal_that_it_lets_through(ravel, enter):
    client = enter("magda")
    done(client, ravel, "agree_price", plan="equipe", amount="400", **DECEMBER)
    run(on=date(2026, 12, 9))

    aside = text(client.get(page_of(ravel)))
    asked = client.post(deed_of(ravel, "release"), {"reason": "prix vérifié"})
    client.post(deed_of(ravel, "release"), {**confirmation(asked), "confirm": "yes"})
    released = text(client.get(page_of(ravel)))
    run(on=date(2026, 12, 10))

    assert "400.00 € HT dépassent 3 fois le tarif" in aside
    assert "Facture du 9 décembre 2026, HT 400,00 €" in text(asked)
    assert "Bornes levées pour l’échéance du 9 décembre 2026 : 400.00 € HT" in released
    assert "magda : abonnement libéré" in released
    assert documents(ravel)[-1] == ("F2026-000004", 40000)


def test_the_journal_names_who_agreed_a_price(ravel, enter):
    done(enter("magda"), ravel, "agree_price", plan="equipe", amount="99", **DECEMBER)

    [event] = rows(AuditEvent, action="price agreed")

    assert (event.actor.email, event.details) == (
        "magda@exemple.fr",
        {
            "plan": "equipe",
            "amount_cents": 9900,
            "first_on": "2026-12-01",
            "last_on": "2026-12-31",
            "reason": "convenu au téléphone",
        },
    )


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
