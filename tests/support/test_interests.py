"""What becomes of an interest in an option: people noted once, a quote, a close by itself."""

from datetime import date

import pytest

from accounts.models import AuditEvent, Membership, OutgoingMail
from accounts.tenancy import staff_context
from options import services as options
from options.selectors import offers, on_sale
from subscriptions import items, plan_changes
from subscriptions.models import Subscription
from subscriptions.plan_changes import Change
from support import interests, services, tasks
from support.interested import interested
from support.models import Message, Request, RequestEvent
from support.moves import AlreadyAsked
from support.workflow import IllegalMove, NotAllowed
from tests import world
from tests.support.conftest import RENEWS_ON, TODAY

EXPORT = "edof-export"
TOMORROW = date(2026, 11, 24)


def click(staff, name: str, *, code: str = EXPORT, on: date = TODAY) -> Request:
    return services.note_option_interest(
        membership=staff.membership(name), option=world.option(code), on=on
    )


def mails(template: str) -> list[str]:
    """Return who was written to. Staff scope."""
    rows = OutgoingMail.objects.filter(dedupe_key__startswith=f"{template}-")
    return sorted(rows.values_list("recipient", flat=True))


def subscription(staff) -> Subscription:
    return Subscription.objects.get(organization=staff.ravel)


def take(staff, *, code: str = EXPORT, on: date = TODAY) -> None:
    """Take an option by the engine alone, as a deed of staff does."""
    items.add_items(
        subscription_id=subscription(staff).pk,
        components=[world.option(code)],
        on=on,
        operation="staff 1",
    )


def notes(lead: Request) -> list[tuple[str, str]]:
    """Return the last line of history of a request."""
    return list(
        RequestEvent.objects.filter(request=lead).order_by("pk").values_list("to_state", "note")
    )[-1:]


def test_each_person_is_noted_once_however_often_they_click(staff):
    for name, day in (("sam", TODAY), ("adam", TOMORROW), ("sam", TOMORROW), ("adam", TOMORROW)):
        lead = click(staff, name, on=day)

    shown = [(each.name, each.role_label, each.on) for each in interested(lead)]
    assert shown == [("Sam", "commercial", TODAY), ("Adam", "administrateur", TOMORROW)]
    [offer] = [each for each in offers(staff.membership("alice"), TOMORROW) if each.asked_on]
    assert (offer.slug, offer.interested) == (EXPORT, interested(lead))
    assert lead.clicks == 4
    assert mails("interest_received") == ["adam@exemple.fr", "sam@exemple.fr"]
    assert mails("interest_to_owner") == ["alice@exemple.fr"] * 2
    assert mails("interest_to_support") == ["support@digiforma.example"] * 2
    assert AuditEvent.objects.filter(action="option interest noted").count() == 2


def test_somebody_who_left_is_interested_no_longer(staff):
    click(staff, "sam")
    lead = click(staff, "adam")

    Membership.objects.filter(user=staff.people["sam"]).update(is_active=False)

    assert [each.name for each in interested(lead)] == ["Adam"]


def test_an_interest_becomes_a_plan_change_to_price(staff):
    lead = click(staff, "adam")
    click(staff, "sam")

    change = interests.ask_quote(request_id=lead.pk, actor=staff.people["lea"], on=TODAY)

    lead.refresh_from_db()
    assert (
        change.kind,
        change.state,
        change.requester,
        change.origin,
        change.from_plan.code,
        change.plan.code,
        change.commitment,
        change.when,
        change.options,
        change.effective_on,
    ) == (
        "plan_change",
        "new",
        staff.people["adam"],
        lead,
        "equipe",
        "equipe",
        "monthly",
        "now",
        [EXPORT],
        TODAY,
    )
    assert lead.state == "closed"
    assert notes(lead) == [("closed", f"Devis demandé : {change.reference}.")]
    assert mails("interest_quoted") == ["adam@exemple.fr", "alice@exemple.fr", "sam@exemple.fr"]


def test_what_a_sales_rep_wants_is_quoted_in_the_name_of_the_owner(staff):
    change = interests.ask_quote(
        request_id=click(staff, "sam").pk, actor=staff.people["lea"], on=TODAY
    )

    assert change.requester == staff.people["alice"]


def test_the_quote_of_an_interest_is_applied_to_the_cent(staff):
    change = interests.ask_quote(
        request_id=click(staff, "adam").pk, actor=staff.people["lea"], on=TODAY
    )
    quote = staff.price(change, code="equipe", when="now", options=(EXPORT,))
    staff.send(change)
    staff.accept(change)
    staff.hand_over(change)

    staff.apply(change)

    assert (quote.net_cents, quote.surcharge_cents) == (13_33, 25_00)  # 16 days of 30
    assert staff.ravel.pk == change.organization_id


def test_a_change_under_way_is_named_and_the_interest_stays_open(staff):
    lead = click(staff, "adam")
    other = staff.ask()

    with pytest.raises(AlreadyAsked, match=other.reference):
        interests.ask_quote(request_id=lead.pk, actor=staff.people["lea"], on=TODAY)

    lead.refresh_from_db()
    assert lead.state == "new"


def test_two_agents_open_one_quote(staff):
    lead = click(staff, "adam")
    interests.ask_quote(request_id=lead.pk, actor=staff.people["lea"], on=TODAY)

    with pytest.raises(IllegalMove):
        interests.ask_quote(request_id=lead.pk, actor=staff.people["magda"], on=TODAY)

    assert Request.objects.filter(kind="plan_change").count() == 1


@pytest.mark.parametrize("name", ["victor", "remi", "alice"])
def test_only_customer_care_quotes_an_interest(staff, name):
    lead = click(staff, "adam")

    with pytest.raises(NotAllowed):
        interests.ask_quote(request_id=lead.pk, actor=staff.people[name], on=TODAY)


def owner_clicks(staff) -> None:
    options.press_subscribe(
        membership=staff.membership("alice"),
        option=on_sale().get(component__code=EXPORT),
        today=TODAY,
        operation="option 1",
    )


def quote_is_applied(staff) -> None:
    choice = {"code": "orga", "when": "now", "options": (EXPORT,)}
    staff.apply(staff.accepted(**choice))


def quote_is_ordered(staff) -> None:
    staff.apply(staff.accepted(code="orga", options=(EXPORT,)))


def plan_includes_it(staff) -> None:
    world.plan("orga").includes.add(world.option(EXPORT))
    staff.apply(staff.accepted(code="orga", when="now"))


OPEN = "L’option est ouverte à toute l’équipe."
WAYS = [
    (owner_clicks, OPEN),
    (quote_is_applied, OPEN),
    (quote_is_ordered, "L’option est commandée : elle s’ouvre le 9 décembre 2026."),
    (plan_includes_it, "L’option est comprise dans la formule."),
]


@pytest.mark.parametrize(("way", "reason"), WAYS)
def test_an_interest_is_closed_in_the_deed_that_opens_its_option(staff, way, reason):
    click(staff, "sam")
    lead = click(staff, "adam")

    way(staff)

    lead.refresh_from_db()
    assert (lead.state, notes(lead)) == ("closed", [("closed", reason)])
    assert mails("interest_fulfilled") == ["adam@exemple.fr", "sam@exemple.fr"]


def ends(staff) -> None:
    Subscription.objects.filter(organization=staff.ravel).update(status="cancelled")


def ordered_by_staff(staff) -> None:
    change = Change(plan=world.plan("orga"), components=(world.option(EXPORT),))
    plan_changes.change_at_term(subscription_id=subscription(staff).pk, change=change, on=TODAY)


@pytest.mark.parametrize(
    ("way", "reason"),
    [(take, OPEN), (ordered_by_staff, WAYS[2][1]), (ends, "L’abonnement a pris fin.")],
)
def test_an_interest_is_closed_once_by_the_sweep(staff, way, reason):
    lead = click(staff, "adam")
    other = click(staff, "adam", code="e-signature")
    elsewhere = click(staff, "charlie")
    way(staff)

    swept = [interests.close_answered(organization=None, on=TODAY) for _again in range(2)]

    states = dict(Request.objects.values_list("pk", "state"))
    is_over = way is ends
    assert swept == [1 + is_over, 0]
    assert states == {
        lead.pk: "closed",
        other.pk: "closed" if is_over else "new",
        elsewhere.pk: "new",
    }
    assert notes(lead) == [("closed", reason)]


def test_an_option_ordered_and_given_up_leaves_the_interest_open(staff):
    lead = click(staff, "adam")
    ordered_by_staff(staff)
    plan_changes.withdraw_pending(subscription_id=subscription(staff).pk, on=TODAY)

    assert interests.close_answered(organization=staff.ravel, on=RENEWS_ON) == 0

    lead.refresh_from_db()
    assert lead.state == "new"


def test_the_job_sweeps_every_organization(desk, today):
    with staff_context():
        click(desk, "adam")
        take(desk)

    assert [tasks.close_answered_interests() for _again in range(2)] == [1, 0]


@pytest.mark.parametrize(("is_over", "state"), [(False, "new"), (True, "closed")])
def test_a_call_is_noted_and_the_interest_stays_open_or_is_closed(staff, is_over, state):
    lead = click(staff, "adam")
    asked = {"request_id": lead.pk, "actor": staff.people["lea"], "on": TODAY}

    interests.note_call(body="Rappeler en janvier.", is_over=is_over, **asked)

    lead.refresh_from_db()
    note = Message.objects.get(request=lead)
    called = RequestEvent.objects.filter(request=lead, deed=RequestEvent.Deed.CALLED)
    assert (lead.state, called.count()) == (state, 1)
    assert (note.body, note.channel, note.is_internal) == ("Rappeler en janvier.", "phone", True)
    assert mails("reply") == []


def test_a_call_about_something_else_is_not_noted_so(staff):
    change = staff.ask()

    with pytest.raises(IllegalMove):
        interests.note_call(
            request_id=change.pk, actor=staff.people["lea"], body="?", is_over=True, on=TODAY
        )
