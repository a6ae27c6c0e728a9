"""Who takes what: the next request of one's group, several given or reminded at once."""

from datetime import timedelta

import pytest

from accounts.models import OutgoingMail
from support import conversation, services
from support.assignments import NothingLeft, Reminded, assign_all, remind_all, take_next
from support.conversation import AlreadyReminded
from support.models import Request, RequestEvent
from support.workflow import IllegalMove, NotAllowed
from tests import world
from tests.support.conftest import TODAY


def message(desk, name: str = "sam") -> Request:
    return services.ask_by_message(membership=desk.membership(name), message="Bonjour", on=TODAY)


def taken(desk, name: str) -> str:
    return take_next(actor=desk.people[name], on=TODAY).reference


def test_care_takes_what_is_due_first_and_nobodys(staff):
    first, second, third = (message(staff) for _number in range(3))
    services.note_option_interest(
        membership=staff.membership("sam"), option=world.option("edof-export"), on=TODAY
    )
    Request.objects.filter(pk=third.pk).update(due_at=first.due_at - timedelta(hours=3))
    lea, magda = staff.people["lea"], staff.people["magda"]
    conversation.assign(request_id=first.pk, actor=lea, to=magda, on=TODAY)

    assert [taken(staff, "lea"), taken(staff, "lea")] == [third.reference, second.reference]
    with pytest.raises(NothingLeft):
        taken(staff, "lea")
    third.refresh_from_db()
    assert third.assigned_to == lea
    assert third.events.filter(deed="assigned").count() == 1


def test_sales_take_what_was_handed_over_and_a_manager_either(staff):
    plan = staff.ask()
    Request.objects.filter(pk=plan.pk).update(due_at=plan.due_at + timedelta(days=1))
    asked = message(staff)

    with pytest.raises(NothingLeft):
        taken(staff, "victor")
    staff.price(plan)
    staff.send(plan)
    staff.accept(plan)
    staff.hand_over(plan)

    assert taken(staff, "victor") == plan.reference
    assert taken(staff, "magda") == asked.reference


def test_what_waits_for_its_customer_is_not_taken(staff):
    asked = message(staff)
    conversation.reply_as_staff(
        request_id=asked.pk, actor=staff.people["lea"], body="Oui ?", on=TODAY
    )

    with pytest.raises(NothingLeft):
        taken(staff, "lea")


@pytest.mark.parametrize("name", ["remi", "alice"])
def test_who_does_not_answer_takes_gives_and_reminds_nothing(staff, name):
    asked = message(staff)
    actor, lea = staff.people[name], staff.people["lea"]

    with pytest.raises(NotAllowed):
        take_next(actor=actor, on=TODAY)
    with pytest.raises(NotAllowed):
        assign_all(request_ids=[asked.pk], actor=actor, to=lea, on=TODAY)
    with pytest.raises(NotAllowed):
        remind_all(request_ids=[], actor=actor, on=TODAY)
    with pytest.raises(NotAllowed):
        conversation.remind(request_id=asked.pk, actor=actor, on=TODAY)
    assert Request.objects.get().assigned_to is None


def test_several_are_given_at_once_but_what_is_done_or_already_theirs(staff):
    lea, victor = staff.people["lea"], staff.people["victor"]
    rows = [message(staff) for _number in range(3)]
    conversation.assign(request_id=rows[0].pk, actor=lea, to=victor, on=TODAY)
    conversation.close(request_id=rows[1].pk, actor=lea, on=TODAY)
    ids = [row.pk for row in rows] + [0]

    assert assign_all(request_ids=ids, actor=lea, to=victor, on=TODAY) == 1
    assert assign_all(request_ids=ids, actor=lea, to=victor, on=TODAY) == 0
    assert list(Request.objects.order_by("pk").values_list("assigned_to", flat=True)) == [
        victor.pk,
        None,
        victor.pk,
    ]
    mails = OutgoingMail.objects.filter(recipient="victor@exemple.fr")
    assert mails.count() == 2  # one for each that was given


def reminders() -> list[str]:
    mails = OutgoingMail.objects.filter(dedupe_key__startswith="reminded-")
    return sorted(mails.values_list("recipient", flat=True))


def test_the_owner_is_reminded_of_a_quote_once_a_day(staff):
    request = staff.ask("adam")
    staff.price(request)
    staff.send(request)
    lea = staff.people["lea"]

    conversation.remind(request_id=request.pk, actor=lea, on=TODAY)
    with pytest.raises(AlreadyReminded):
        conversation.remind(request_id=request.pk, actor=lea, on=TODAY)
    assert reminders() == ["alice@exemple.fr"]
    conversation.remind(request_id=request.pk, actor=lea, on=TODAY + timedelta(days=1))

    assert reminders() == ["alice@exemple.fr"] * 2
    told = RequestEvent.objects.filter(request=request, deed="reminded")
    assert (
        list(told.values_list("from_state", "to_state", "actor__first_name"))
        == [("quoted", "quoted", "Lea")] * 2
    )


def test_nobody_is_reminded_while_the_ball_is_ours(staff):
    request = staff.ask("adam")

    with pytest.raises(IllegalMove):
        conversation.remind(request_id=request.pk, actor=staff.people["lea"], on=TODAY)
    assert reminders() == []


def test_several_are_reminded_and_the_others_left_alone(staff):
    lea = staff.people["lea"]
    waiting, ours, reminded = message(staff, "sam"), message(staff, "adam"), message(staff, "alice")
    for request in (waiting, reminded):
        conversation.reply_as_staff(request_id=request.pk, actor=lea, body="Oui ?", on=TODAY)
    conversation.remind(request_id=reminded.pk, actor=lea, on=TODAY)

    done = remind_all(request_ids=[waiting.pk, ours.pk, reminded.pk], actor=lea, on=TODAY)

    assert done == Reminded(count=1, left=2)
    assert reminders() == ["alice@exemple.fr", "sam@exemple.fr"]
