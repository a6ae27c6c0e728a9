"""The page of a request and its deeds, by the desk's own doors."""

import pytest
import time_machine
from django.urls import reverse

from accounts.models import OutgoingMail
from accounts.tenancy import staff_context
from subscriptions.models import Invoice, Subscription
from support import conversation, drawing
from support.models import Quote, Request, RequestEvent
from tests import world
from tests.support.conftest import TODAY
from tests.support.test_admin import file_of, move_of, state, text


@pytest.fixture
def asked(desk):
    with staff_context():
        return desk.ask("adam", message="Nous ouvrons deux parcours.")


def applied(desk) -> Request:
    with staff_context():
        request = desk.accepted()
        desk.apply(request)
        return request


def test_the_page_tells_who_asks_what_is_due_and_by_when(enter, asked):
    page = text(enter("lea").get(file_of(asked)))

    assert "demandée par Adam (administrateur) le 23 novembre 2026" in page
    assert "Première réponse due " in page
    assert "le devis est à accepter au plus tard le 1 er décembre (8 jours avant)" in page


@pytest.mark.parametrize(
    ("moment", "told", "look"),
    [
        ("2026-11-24T09:30:00+01:00", "Première réponse due aujourd’hui à ", "warnline"),
        ("2026-11-24T16:00:00+01:00", ", en retard de ", "warnline warnline--stop"),
    ],
)
def test_the_warning_follows_the_clock(enter, desk, moment, told, look):
    with time_machine.travel("2026-11-23T10:00:00+01:00", tick=False), staff_context():
        request = desk.ask()
    client = enter("lea")

    with time_machine.travel(moment, tick=False):
        page = client.get(file_of(request))

    assert told in text(page)
    assert f'class="{look}"' in page.content.decode()


def test_what_waits_for_the_client_says_since_when(enter, desk, asked):
    client = enter("lea")
    client.post(move_of(asked, "ask_details"), {"body": "Combien d’apprenants ?"})

    page = client.get(file_of(asked))

    assert "En attente du client depuis le 23 novembre à 10 h." in text(page)
    assert "Relancer" in text(page)


def test_the_conversation_tells_the_events_and_the_history_all(enter, desk, asked):
    lea, victor = desk.people["lea"], desk.people["victor"]
    with staff_context():
        conversation.assign(request_id=asked.pk, actor=victor, to=lea, on=TODAY)
        conversation.assign(request_id=asked.pk, actor=victor, to=victor, on=TODAY)
        desk.price(asked)
        desk.send(asked)
        conversation.remind(request_id=asked.pk, actor=lea, on=TODAY)

    page = text(enter("lea").get(file_of(asked)))

    thread, history = page.split("Historique")
    assert "Victor a assigné la demande à Lea, " in thread
    assert "Victor a pris la demande, " in thread
    assert "Lea a envoyé le devis, " in thread
    assert "Lea a relancé le client, " in thread
    assert "Victor : assignée à Lea" in history
    assert "Lea : relance" in history
    assert "Lea : statut Nouvelle → Chiffrée" in history
    assert "Adam : demande créée" in history


def test_a_request_is_given_to_a_colleague_or_taken(enter, desk, asked):
    client = enter("lea")
    door = reverse("admin:support_request_take", args=[asked.pk])

    given = client.post(door, {"to": desk.people["victor"].pk}, follow=True)
    assert "La demande est à Victor." in text(given)
    for nobody in ("999999", desk.people["remi"].pk, desk.people["alice"].pk):
        refused = client.post(door, {"to": nobody}, follow=True)
        assert "Choisissez à qui assigner cette demande." in text(refused)
    with staff_context():
        assert Request.objects.get(pk=asked.pk).assigned_to == desk.people["victor"]

    assert "La demande est à vous." in text(client.post(door, follow=True))
    with staff_context():
        assert Request.objects.get(pk=asked.pk).assigned_to == desk.people["lea"]


def test_a_refusal_needs_a_reason_and_words_for_the_client(enter, asked):
    client = enter("lea")

    for missing in ({"reason": "unpaid"}, {"body": "Non."}, {"reason": "because", "body": "Non."}):
        assert client.post(move_of(asked, "refuse"), missing).status_code == 422
    assert state(asked) == "new"

    client.post(move_of(asked, "refuse"), {"reason": "unpaid", "body": "Réglez la facture."})

    assert state(asked) == "refused"
    page = text(client.get(file_of(asked)))
    assert "une facture reste à payer" in page
    customers = enter("adam").get(reverse("request", args=[asked.reference])).content.decode()
    assert "Réglez la facture." in customers
    assert "une facture reste à payer" not in customers


def test_a_client_is_reminded_once_a_day(enter, desk, asked):
    client = enter("victor")
    with staff_context():
        desk.price(asked)
        desk.send(asked)
        before = OutgoingMail.objects.count()

    assert "Client relancé." in text(client.post(move_of(asked, "remind"), follow=True))
    again = client.post(move_of(asked, "remind"))

    assert again.status_code == 422
    assert "déjà été relancé aujourd’hui" in text(again)
    with staff_context():
        assert OutgoingMail.objects.count() == before + 1
        assert RequestEvent.objects.filter(deed="reminded").count() == 1


def test_what_does_not_wait_is_not_reminded(enter, asked):
    client = enter("lea")

    assert "Relancer" not in text(client.get(file_of(asked)))
    told = client.post(move_of(asked, "remind"), follow=True)

    assert "La demande a changé entre-temps" in text(told)


def test_an_applied_change_is_corrected_by_a_linked_request(enter, desk):
    wrong = applied(desk)
    client = enter("lea")
    with staff_context():
        plan = world.plan("leader").pk
    given = {"plan": plan, "commitment": "monthly", "when": "term", "message": "Nous corrigeons."}

    client.post(move_of(wrong, "correct"), given)

    with staff_context():
        made = Request.objects.get(origin=wrong)
        assert (made.kind, made.state, made.requester, made.plan.name) == (
            "plan_change",
            "new",
            wrong.requester,
            "LEADER",
        )
        assert [said.body for said in made.messages.all()] == ["Nous corrigeons."]
    assert f"Suite de {wrong.reference}" in text(client.get(file_of(made)))
    assert f"Suivie de {made.reference}" in text(client.get(file_of(wrong)))
    again = client.post(move_of(wrong, "correct"), given)
    assert again.status_code == 422
    assert "Le client a déjà une autre demande ouverte" in text(again)


def test_what_is_not_applied_is_not_corrected(enter, desk, asked):
    told = enter("lea").get(move_of(asked, "correct"), follow=True)

    assert "La demande a changé entre-temps" in text(told)
    with staff_context():
        assert Request.objects.count() == 1


@pytest.mark.parametrize("kind", ["contact", "task"])
@pytest.mark.parametrize("deed", ["price", "send_quote", "hand_over", "apply", "correct"])
def test_a_deed_of_another_kind_of_request_says_so(enter, desk, kind, deed):
    with staff_context():
        other = Request.objects.create(
            organization=desk.ravel,
            reference="D-2026-0901",
            kind=kind,
            requester=desk.people["alice"],
            asked_on=TODAY,
        )

    told = enter("magda").get(move_of(other, deed), follow=True)

    assert "La demande a changé entre-temps" in text(told)


def test_the_mail_of_a_quote_is_read_before_it_leaves(enter, desk, asked):
    with staff_context():
        desk.price(asked)
        before = OutgoingMail.objects.count()

    page = text(enter("lea").get(move_of(asked, "send_quote")))

    assert "L’e-mail qui partira À alice@exemple.fr" in page
    assert "Votre devis : + 120,00 € HT par mois" in page
    assert "Valable jusqu’au 1er décembre 2026 inclus." in page
    with staff_context():
        assert OutgoingMail.objects.count() == before
        assert Quote.objects.get().status == "draft"
    assert state(asked) == "priced"


def test_applying_shows_before_after_and_the_invoices(enter, desk):
    with staff_context():
        request = desk.accepted(when="now")
        invoices = Invoice.objects.count()

    page = text(enter("victor").get(move_of(request, "apply")))

    assert "Formule ÉQUIPE ORGA" in page
    assert "Apprenants 500 1 500" in page
    assert "Facture du 23 novembre 2026, HT 64,00 €" in page
    assert "Facture du 9 décembre 2026, HT 268,00 €" in page
    with staff_context():
        assert Invoice.objects.count() == invoices
    assert state(request) == "handed_over"


def test_applying_is_blocked_with_its_reason_before_one_clicks(enter, desk):
    with staff_context():
        request = desk.accepted(when="now")
        held = Subscription.objects.get(organization=desk.ravel)
        drawing.order_at_term(held, desk.order("leader"), on=TODAY)

    page = enter("victor").get(move_of(request, "apply"))

    assert page.status_code == 200
    assert "Bloqué pour l’instant : L’abonnement ou ses prix ont changé" in text(page)
    assert '<button class="btn btn--main"' not in page.content.decode()


def test_a_late_invoice_is_told_on_the_card_and_before_applying(enter, desk):
    with staff_context():
        request = desk.accepted()
        invoice = Invoice.objects.get(organization=desk.ravel)

    on_time = text(enter("victor").get(file_of(request)))
    with time_machine.travel("2027-01-04T10:00:00+01:00", tick=False):
        late = text(enter("victor").get(file_of(request)))
        applying = text(enter("victor").get(move_of(request, "apply")))

    assert "Paiement À jour" in on_time
    assert f"Paiement {invoice.number} 177,60 € dus depuis le" in late
    assert f"Facture {invoice.number} en retard : 177,60 € dus depuis le" in applying
