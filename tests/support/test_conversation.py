import pytest

from accounts.models import OutgoingMail
from support import conversation, services
from support.models import Message, Request
from support.moves import AlreadyAsked
from support.workflow import IllegalMove, NotAllowed
from tests import world
from tests.support.conftest import TODAY


def state(request: Request) -> str:
    return Request.objects.get(pk=request.pk).state


def mailed(template: str) -> list[str]:
    rows = OutgoingMail.objects.filter(dedupe_key__startswith=f"{template}-")
    return sorted(rows.values_list("recipient", flat=True))


def reply(desk, name, request, body="Voici."):
    return conversation.reply_as_customer(
        membership=desk.membership(name), reference=request.reference, body=body, on=TODAY
    )


def test_support_and_customer_write_to_each_other(staff):
    request = staff.ask("adam")

    conversation.reply_as_staff(
        request_id=request.pk, actor=staff.people["lea"], body="Bonjour Adam.", on=TODAY
    )
    reply(staff, "alice", request)

    assert list(Message.objects.order_by("pk").values_list("body", "from_staff")) == [
        ("Bonjour Adam.", True),
        ("Voici.", False),
    ]
    assert mailed("reply") == ["adam@exemple.fr"]
    assert mailed("reply_to_support") == ["support@digiforma.example"]


def test_a_detail_asked_waits_for_the_customer_whose_answer_brings_it_back(staff):
    request = staff.ask("adam")

    conversation.ask_details(
        request_id=request.pk, actor=staff.people["lea"], body="Pour quand ?", on=TODAY
    )
    assert (state(request), mailed("details_asked")) == ("needs_details", ["adam@exemple.fr"])
    reply(staff, "adam", request)

    assert state(request) == "new"


def test_a_note_is_never_mailed(staff):
    request = staff.ask()
    before = OutgoingMail.objects.count()

    conversation.add_note(
        request_id=request.pk, actor=staff.people["victor"], body="À surveiller.", on=TODAY
    )

    assert OutgoingMail.objects.count() == before
    assert Message.objects.get().is_internal is True


def test_refusing_tells_why(staff):
    request = staff.ask("adam")

    conversation.refuse(
        request_id=request.pk,
        actor=staff.people["lea"],
        reason="does_not_fit",
        body="Trop d’apprenants.",
        on=TODAY,
    )

    assert (state(request), mailed("request_refused")) == (
        "refused",
        ["adam@exemple.fr", "alice@exemple.fr"],
    )
    assert (
        "Trop d’apprenants."
        in OutgoingMail.objects.filter(dedupe_key__startswith="request_refused-")[0].text
    )


def test_withdrawing_drops_the_quote_and_nothing_changes(staff):
    request = staff.ask("adam")
    staff.price(request)
    staff.send(request)

    conversation.withdraw(
        membership=staff.membership("adam"), reference=request.reference, on=TODAY
    )

    assert (state(request), request.quotes.get().status) == ("withdrawn", "dropped")
    assert mailed("request_withdrawn") == ["adam@exemple.fr", "alice@exemple.fr"]
    with pytest.raises(IllegalMove):
        reply(staff, "adam", request)


def test_what_was_accepted_is_not_withdrawn(staff):
    request = staff.ask()
    staff.price(request)
    staff.send(request)
    staff.accept(request)

    with pytest.raises(IllegalMove):
        conversation.withdraw(
            membership=staff.membership("alice"), reference=request.reference, on=TODAY
        )


@pytest.mark.parametrize(
    ("name", "asker"), [("sam", "adam"), ("tara", "adam"), ("charlie", "adam"), ("sam", "alice")]
)
def test_who_may_not_follow_a_request_does_not_find_it(staff, name, asker):
    request = staff.ask(asker)

    with pytest.raises(Request.DoesNotExist):
        reply(staff, name, request)
    with pytest.raises(Request.DoesNotExist):
        conversation.withdraw(
            membership=staff.membership(name), reference=request.reference, on=TODAY
        )


def test_a_sales_rep_follows_and_withdraws_their_own_interest(staff):
    interest = services.note_option_interest(
        membership=staff.membership("sam"), option=world.option("edof-export"), on=TODAY
    )

    reply(staff, "sam", interest)
    conversation.withdraw(
        membership=staff.membership("sam"), reference=interest.reference, on=TODAY
    )

    assert state(interest) == "withdrawn"


def test_closing_and_reopening(staff):
    interest = services.note_option_interest(
        membership=staff.membership("sam"), option=world.option("edof-export"), on=TODAY
    )
    care = staff.people["lea"]

    conversation.close(request_id=interest.pk, actor=care, on=TODAY, note="Appelé.")
    other = services.note_option_interest(
        membership=staff.membership("sam"), option=world.option("edof-export"), on=TODAY
    )
    with pytest.raises(AlreadyAsked):
        conversation.reopen(request_id=interest.pk, actor=care, on=TODAY)
    conversation.close(request_id=other.pk, actor=care, on=TODAY)
    conversation.reopen(request_id=interest.pk, actor=care, on=TODAY)

    assert (state(interest), state(other)) == ("new", "closed")


def test_a_request_is_given_to_those_who_answer(staff):
    request = staff.ask()
    lea, remi = staff.people["lea"], staff.people["remi"]

    conversation.assign(request_id=request.pk, actor=lea, to=lea, on=TODAY)

    assert Request.objects.get().assigned_to == lea
    with pytest.raises(NotAllowed):
        conversation.assign(request_id=request.pk, actor=lea, to=remi, on=TODAY)
    with pytest.raises(NotAllowed):
        conversation.assign(request_id=request.pk, actor=remi, to=lea, on=TODAY)


@pytest.mark.parametrize("name", ["remi", "alice"])
def test_others_answer_nothing(staff, name):
    request = staff.ask()
    actor = staff.people[name]

    for deed in (
        conversation.reply_as_staff,
        conversation.add_note,
        conversation.note_call,
        conversation.ask_details,
    ):
        with pytest.raises(NotAllowed):
            deed(request_id=request.pk, actor=actor, body="Bonjour", on=TODAY)
    with pytest.raises(NotAllowed):
        conversation.refuse(
            request_id=request.pk, actor=actor, reason="other", body="non", on=TODAY
        )
