import pytest

from accounts.models import AuditEvent, OutgoingMail
from subscriptions import plan_changes
from subscriptions.items import NotActive, NotApplicable
from subscriptions.models import Invoice, Subscription, SupportNotice
from subscriptions.plan_changes import Change
from support import services
from support.drawing import ChangeWaits
from support.models import Message, Request, RequestEvent
from support.moves import AlreadyAsked
from support.workflow import NotAllowed
from tests import world
from tests.support.conftest import RENEWS_ON, TODAY


def mails(template: str) -> list[tuple[str, str]]:
    """Return who was written to, and the subject. Staff scope."""
    rows = OutgoingMail.objects.filter(dedupe_key__startswith=f"{template}-")
    return sorted(rows.values_list("recipient", "subject"))


def plain(text: str) -> str:
    """Return a text with its no-break spaces as ordinary ones."""
    return text.replace("\u00a0", " ")


def test_asking_a_plan_change_writes_the_request_and_tells_requester_and_owner(staff):
    request = staff.ask("adam", message="Nous grandissons.", options=("edof-export",))

    assert (
        request.reference,
        request.state,
        request.from_plan.code,
        request.plan.code,
        request.commitment,
        request.when,
        request.options,
        request.asked_on,
        request.effective_on,
    ) == (
        "D-2026-0001",
        "new",
        "equipe",
        "orga",
        "monthly",
        "term",
        ["edof-export"],
        TODAY,
        RENEWS_ON,
    )
    assert list(RequestEvent.objects.values_list("from_state", "to_state", "happened_on")) == [
        ("", "new", TODAY)
    ]
    assert Message.objects.get().body == "Nous grandissons."
    assert mails("request_received") == [
        ("adam@exemple.fr", "Demande D-2026-0001 reçue"),
        ("alice@exemple.fr", "Demande D-2026-0001 reçue"),
    ]
    assert AuditEvent.objects.filter(action="plan change asked").count() == 1


def test_asking_bills_nothing(staff):
    before = Invoice.objects.count()

    staff.ask(when="now")

    assert Invoice.objects.count() == before


def test_a_second_change_waits_for_the_first(staff):
    first = staff.ask()

    with pytest.raises(AlreadyAsked, match=first.reference):
        staff.ask("adam", code="leader")


@pytest.mark.parametrize("name", ["sam", "tara"])
def test_others_ask_no_plan_change(staff, name):
    with pytest.raises(NotAllowed):
        staff.ask(name)


def test_what_the_engine_refuses_now_is_never_turned_into_an_order_at_term(staff):
    with pytest.raises(NotApplicable):
        staff.ask(code="indep-plus", when="now")

    assert not Request.objects.exists()


def test_a_change_now_under_a_waiting_one_is_refused(staff):
    subscription = Subscription.objects.get(organization=staff.ravel)
    plan_changes.change_at_term(
        subscription_id=subscription.pk, change=Change(plan=world.plan("leader")), on=TODAY
    )

    with pytest.raises(ChangeWaits):
        staff.ask(when="now")


def test_a_late_payment_asks_nothing(staff):
    Subscription.objects.filter(organization=staff.ravel).update(status="past_due")

    with pytest.raises(NotActive):
        staff.ask()


def test_a_plan_too_small_may_be_asked_all_the_same(staff):
    for name in ("Ana", "Bea", "Cleo"):
        world.member(staff.ravel, name, "administrator")

    request = staff.ask(code="indep-plus")

    assert (request.plan.code, request.state) == ("indep-plus", "new")


def test_an_interest_is_one_request_whose_counter_rises(staff):
    option = world.option("edof-export")

    clicked = [
        services.note_option_interest(membership=staff.membership(name), option=option, on=TODAY)
        for name in ("adam", "sam", "adam")
    ]

    assert {request.pk for request in clicked} == {clicked[0].pk}
    assert [request.clicks for request in clicked] == [1, 2, 3]
    assert set(mails("interest_to_support")) == {
        ("support@digiforma.example", "Intérêt : Export EDOF, Ravel Formation")
    }
    assert [to for to, _subject in mails("interest_received")] == [
        "adam@exemple.fr",
        "sam@exemple.fr",
    ]
    assert {plain(subject) for _to, subject in mails("interest_to_owner")} == {
        "Adam s’intéresse à « Export EDOF »",
        "Sam s’intéresse à « Export EDOF »",
    }


def test_a_trainer_shows_no_interest(staff):
    with pytest.raises(NotAllowed):
        services.note_option_interest(
            membership=staff.membership("tara"), option=world.option("edof-export"), on=TODAY
        )


def test_a_member_writes_to_us_and_support_is_told(staff):
    request = services.ask_by_message(
        membership=staff.membership("sam"), message="Bonjour & merci", on=TODAY
    )

    mail = OutgoingMail.objects.get(dedupe_key__startswith="message_to_support-")
    assert (request.kind, request.requester) == ("contact", staff.people["sam"])
    assert mail.recipient == "support@digiforma.example"
    assert "Bonjour & merci" in mail.text
    assert "Bonjour &amp; merci" in mail.html


@pytest.mark.parametrize(
    ("kind", "details", "title", "line"),
    [
        (
            "downgrade_refused",
            {"plan": "indep-plus", "over": {"learners": [250, 200]}, "fits_on": "2027-03-01"},
            "Passage à INDÉP+ refusé le 9 décembre 2026 : les comptes dépassent ses limites",
            "- Apprenants : 250 pour une limite de 200",
        ),
        (
            "vat_unresolved",
            {"reason": "no_vat_number: DE"},
            "TVA à déterminer : aucune facture ne part avant",
            "Le client est dans un autre pays de l’Union sans numéro de TVA vérifié.",
        ),
        (
            "vat_unresolved",
            {"reason": "unknown_postal_code: 97999"},
            "TVA à déterminer : aucune facture ne part avant",
            "Son code postal ou son pays ne dit pas quelle TVA s’applique.",
        ),
        ("over_limit", {}, "Limite d’apprenants dépassée depuis le 9 décembre 2026", ""),
    ],
)
def test_a_notice_of_the_engine_becomes_one_task(staff, kind, details, title, line):
    SupportNotice.objects.create(
        organization=staff.ravel, kind=kind, raised_on=RENEWS_ON, details=details
    )

    drained = [services.drain_notices(on=RENEWS_ON) for _again in range(2)]

    task = Request.objects.get()
    assert drained == [1, 0]
    assert (task.kind, task.requester, plain(task.title)) == ("task", None, title)
    assert line in plain(task.message)
