"""An interest at the desk: its people, its buttons, what they do and refuse."""

import pytest
from django.urls import reverse

from accounts.tenancy import staff_context
from subscriptions import plan_changes
from subscriptions.models import Subscription
from subscriptions.plan_changes import Change
from support import interests, services
from support.models import Message, Request
from tests import world
from tests.options.pages import said, words
from tests.support.conftest import TODAY

LIST = reverse("admin:support_request_changelist")


@pytest.fixture
def lead(desk) -> Request:
    """Sam's interest in the EDOF export, and Adam's after it."""
    with staff_context():
        for name in ("sam", "adam"):
            request = services.note_option_interest(
                membership=desk.membership(name), option=world.option("edof-export"), on=TODAY
            )
    return request


def page(lead: Request) -> str:
    return reverse("admin:support_request_change", args=[lead.pk])


def deed(lead: Request, name: str) -> str:
    return reverse("admin:support_request_move", args=[lead.pk, name])


def states() -> dict[str, str]:
    with staff_context():
        return dict(Request.objects.values_list("kind", "state"))


def test_the_file_names_everybody_and_offers_a_quote_or_a_call(enter, lead):
    shown = enter("lea").get(page(lead))

    text = words(shown)
    assert "Sam" in text
    assert "Adam" in text
    for name in ("quote_interest", "call", "close"):
        assert f'href="{deed(lead, name)}"' in shown.content.decode()


def test_care_makes_a_quote_and_lands_on_it(enter, desk, lead):
    lea = enter("lea")

    asked = lea.get(deed(lead, "quote_interest"))
    answer = lea.post(deed(lead, "quote_interest"), {"note": "Vu au téléphone."})
    again = lea.post(deed(lead, "quote_interest"), {"note": ""})

    with staff_context():
        change = Request.objects.get(kind="plan_change")
    assert "il reste à la chiffrer" in words(asked)
    assert (answer.status_code, answer.url) == (302, page(change))
    assert again.status_code == 302
    assert states() == {"option_interest": "closed", "plan_change": "new"}
    assert (change.requester, change.options) == (desk.people["alice"], ["edof-export"])


def test_another_change_under_way_is_named(enter, desk, lead):
    with staff_context():
        other = desk.ask()

    answer = enter("lea").post(deed(lead, "quote_interest"), {"note": ""})

    assert other.reference in words(answer)
    assert states() == {"option_interest": "new", "plan_change": "new"}


def test_care_notes_a_call_and_closes(enter, lead):
    lea = enter("lea")

    empty = lea.post(deed(lead, "call"), {"body": " "})
    noted = lea.post(deed(lead, "call"), {"body": "Rappeler en janvier."})
    open_still = states()
    over = lea.post(deed(lead, "call"), {"body": "Rien à faire.", "is_over": "on"})

    assert empty.status_code == 422
    assert "Écrivez votre message" in words(empty)
    assert (noted.status_code, over.status_code) == (302, 302)
    assert said(noted) == ["Appel noté, invisible du client."]
    assert (open_still, states()) == ({"option_interest": "new"}, {"option_interest": "closed"})
    with staff_context():
        assert [message.is_internal for message in Message.objects.all()] == [True, True]


def test_the_form_of_a_call_asks_whether_it_is_over(enter, lead):
    shown = enter("lea").get(deed(lead, "call")).content.decode()

    assert '<input type="checkbox" name="is_over"' in shown
    assert "Clore l’intérêt" in shown


@pytest.mark.parametrize("name", ["victor", "remi"])
def test_others_neither_quote_nor_note(enter, lead, name):
    client = enter(name)

    answers = [client.post(deed(lead, each), {"body": "?"}) for each in ("quote_interest", "call")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert states() == {"option_interest": "new"}


@pytest.mark.parametrize("again", ["reopened", "clicked"])
def test_an_interest_closed_by_an_order_is_found_again_once_that_is_withdrawn(
    enter, desk, lead, again
):
    with staff_context():
        subscription = Subscription.objects.get(organization=desk.ravel)
        change = Change(plan=world.plan("orga"), components=(lead.option,))
        plan_changes.change_at_term(subscription_id=subscription.pk, change=change, on=TODAY)
        interests.close_answered(organization=desk.ravel, on=TODAY)
        plan_changes.withdraw_pending(subscription_id=subscription.pk, on=TODAY)
    client = enter("lea")

    found = client.get(LIST, {"view": "done"}).content.decode()
    if again == "reopened":
        client.post(deed(lead, "reopen"), {"note": ""})
    else:
        with staff_context():
            services.note_option_interest(
                membership=desk.membership("sam"), option=lead.option, on=TODAY
            )

    assert page(lead) in found
    with staff_context():
        assert interests.close_answered(organization=desk.ravel, on=TODAY) == 0
        opened = Request.objects.filter(state="new")
        assert (opened.get() == lead) is (again == "reopened")
