"""The demonstration's past, played day by day through the real services, over all organizations.

Issue dates never go back (R12), so the days are played in order, each with its renewals first.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from django.contrib.auth.models import Group
from django.db.models import Max, Min, Q
from django.utils.translation import gettext as _

from accounts.models import Membership, Organization, User
from accounts.services import add_member, create_organization
from digiforma import demo_enrollments, demo_requests
from digiforma.demo import CUSTOMER_CARE, PASSWORD, PLACES, RENEWAL_DAY, STAFF, Person, Place, State
from digiforma.demo_identity import billing_details, vat_number
from learners.enrollment_row import EnrollmentRow
from learners.rolling_year import DAYS_COUNTED
from learners.services import import_rows, recount_all
from options.models import Option
from options.services import press_subscribe
from subscriptions import alerts, overruns, places, plan_changes, renewal_run, services, trials
from subscriptions.catalog import SELLER_CODE
from subscriptions.models import (
    Component,
    Invoice,
    NumberSeries,
    Overrun,
    Plan,
    Seller,
    Subscription,
)
from subscriptions.periods import Commitment, add_months
from subscriptions.vat import Place as VatPlace
from support import quotes
from support.canned_replies import load_ready_answers
from support.drawing import Order
from support.groups import load_groups
from support.models import Request, When
from support.services import Wish, ask_plan_change

PAID_AFTER = timedelta(days=12)
CANCELLED_BEFORE_TERM = timedelta(days=20)
MONTHS_ENDED = 2
ENTERED_EVERY_DAYS = 28
TRIALS = {State.TRIAL: 5, State.TRIAL_OVER: 20}  # begun so many days ago
LARGER = {"indep-plus": "equipe", "equipe": "orga"}


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done on a day; `run` is told the day."""

    on: date
    run: Callable[..., object]


def play(*, today: date, report: Callable[[str], None]) -> int:
    """Play the organizations that do not stand yet; return how many. Runs in a staff scope."""
    known = set(Organization.objects.values_list("slug", flat=True))
    places = [place for place in PLACES if place.slug not in known]
    if not places:
        return 0
    report(_("Organismes…"))
    hire_staff()
    earliest = last_issue_day()
    deeds = sorted(
        (deed for place in places for deed in deeds_of(place, today)), key=lambda deed: deed.on
    )
    play_days(deeds, earliest=earliest, today=today)
    demo_requests.ask(places, today=today)
    demo_requests.date_back(places, today=today)
    report(_("Paiements…"))
    for place in places:
        _pay_older_invoices(place, today)
    report(_("Inscriptions et comptages de l’année…"))
    _enroll_and_count(places, today)
    return len(places)


def hire_staff() -> None:
    """Create our own people, each in the group of their work; none is a superuser."""
    load_groups()
    load_ready_answers()
    for person, group in STAFF:
        hired = user(person)
        hired.is_staff = True
        hired.save(update_fields=["is_staff"])
        hired.groups.set([Group.objects.get(name=str(group))])


def last_issue_day() -> date:
    """Return the day before which no document can be dated any more (R12)."""
    series = NumberSeries.objects.filter(seller__code=SELLER_CODE)
    return series.aggregate(day=Max("last_issued_on"))["day"] or date.min


def play_days(deeds: list[Deed], *, earliest: date, today: date) -> None:
    """Run the deeds in the order of their days, and the nights in between that have work to do."""
    waiting = list(deeds)
    day = max(waiting[0].on, earliest)
    while day <= today:
        _run_the_night(day)
        while waiting and waiting[0].on <= day:
            waiting.pop(0).run(on=day)
        coming = [deed.on for deed in waiting[:1]] + _nights_to_come()
        day = min((max(on, day + timedelta(days=1)) for on in coming), default=date.max)


def _nights_to_come() -> list[date]:
    """Return the next day on which a period begins, and the next on which a trial ends."""
    statuses = Subscription.Status
    days = Subscription.objects.aggregate(
        renewal=Min("renews_on", filter=Q(status=statuses.ACTIVE)),
        trial=Min("trial_ends_on", filter=Q(status=statuses.TRIALING)),
    )
    return [day for day in days.values() if day]


def _run_the_night(day: date) -> None:
    outcome = renewal_run.run(on=day, scope=nullcontext)
    if outcome.parked:
        raise RuntimeError(f"the demonstration parks subscriptions on {day}: {outcome.parked}")


def renewal_day(today: date, months: int) -> date:
    """Return the day of renewal, so many months before this month's."""
    return add_months(today.replace(day=RENEWAL_DAY), -months)


def deeds_of(place: Place, today: date) -> Iterator[Deed]:
    """Return the life of one organization, the earliest deed first."""

    def deed(run: Callable[..., object], *arguments, days: int) -> Deed:
        return Deed(today - timedelta(days=days), partial(run, place, *arguments))

    if place.state in TRIALS:
        yield deed(_try, days=TRIALS[place.state])
        return
    yield Deed(renewal_day(today, place.months), partial(_open, place))
    for code, days in place.later:
        yield deed(_press, place.owner, code, days=days)
    for person, code, days in place.interests:
        yield deed(_press, person, code, days=days)
    if place.state is State.ENDED:
        ends_on = renewal_day(today, MONTHS_ENDED)
        yield Deed(ends_on - CANCELLED_BEFORE_TERM, partial(_cancel, place))
    if place.state is State.ENDING:
        yield deed(_cancel, days=3)
    if place.state is State.REQUESTED:
        yield deed(_ask_for_more, days=2)
        yield deed(_send_quote, days=1)


def _try(place: Place, *, on: date) -> None:
    organization = create_organization(name=place.name, slug=place.slug, owner=user(place.owner))
    trials.start_trial(
        organization=organization, seller=Seller.objects.get(code=SELLER_CODE), on=on
    )


def _open(place: Place, *, on: date) -> None:
    owner = user(place.owner)
    organization = create_organization(name=place.name, slug=place.slug, owner=owner)
    places.write_details(
        organization=organization,
        details=billing_details(place),
        place=VatPlace("FR", "44000", vat_number(place)),
        actor=owner,
    )
    services.subscribe(
        organization=organization,
        plan=_plan(place.plan),
        commitment=place.commitment,
        components=_components(place.options),
        on=on,
        actor=owner,
    )
    for person, role in place.members:
        add_member(organization=organization, user=user(person), role=role)


def _plan(code: str) -> Plan:
    return Plan.objects.select_related("component").get(
        component__seller__code=SELLER_CODE, component__code=code
    )


def _components(codes: Iterable[str]) -> list[Component]:
    return list(Component.objects.filter(seller__code=SELLER_CODE, kind="option", code__in=codes))


def user(person: Person) -> User:
    """Return the person's account, created at first."""
    known = User.objects.filter(email=person.email).first()
    return known or User.objects.create_user(
        person.email, PASSWORD, first_name=person.first_name, last_name=person.last_name
    )


def _press(place: Place, person: Person, code: str, *, on: date) -> None:
    press_subscribe(
        membership=_membership(place, person),
        option=Option.objects.get(component__seller__code=SELLER_CODE, component__code=code),
        today=on,
        operation=f"demonstration {place.slug} {code}",
    )


def _membership(place: Place, person: Person) -> Membership:
    return Membership.objects.select_related("organization", "user").get(
        organization__slug=place.slug, user__email=person.email
    )


def _ask_for_more(place: Place, *, on: date) -> None:
    wish = Wish(
        plan=_plan(LARGER[place.plan]),
        commitment=place.commitment,
        message="Nous ouvrons deux sessions de plus par mois à partir de janvier.",
    )
    ask_plan_change(membership=_membership(place, place.owner), wish=wish, on=on)


def _send_quote(place: Place, *, on: date) -> None:
    care = user(CUSTOMER_CARE)
    [request] = Request.objects.filter(organization__slug=place.slug)
    order = Order(
        plan=request.plan,
        commitment=Commitment(request.commitment),
        when=When.TERM,
        effective_on=request.effective_on,
    )
    quotes.price(request_id=request.pk, actor=care, order=order, on=on)
    valid_until = quotes.default_validity(_subscription(place), on=on)
    quotes.send_quote(request_id=request.pk, actor=care, valid_until=valid_until, on=on)


def _subscription(place: Place) -> Subscription:
    return Subscription.objects.get(organization__slug=place.slug)


def _cancel(place: Place, *, on: date) -> None:
    subscription = Subscription.objects.get(organization__slug=place.slug)
    plan_changes.cancel_at_term(subscription_id=subscription.pk, on=on, actor=user(place.owner))


def _pay_older_invoices(place: Place, today: date) -> None:
    older = Invoice.objects.filter(
        organization__slug=place.slug, kind=Invoice.Kind.INVOICE, issued_on__lte=today - PAID_AFTER
    )
    for invoice in older.select_related("organization").order_by("issued_on", "pk"):
        services.record_payment(
            invoice=invoice,
            amount_cents=invoice.gross_cents,
            received_on=invoice.issued_on + PAID_AFTER,
            reference=f"VIR {invoice.number}",
        )


def _enroll_and_count(places: Iterable[Place], today: date) -> None:
    """Enter the enrolments every four weeks and count each night, on what is known by then."""
    waiting = {place: _enrollments(place, today) for place in places}
    for days in reversed(range(DAYS_COUNTED)):
        day = today - timedelta(days=days)
        if days % ENTERED_EVERY_DAYS == 0:
            for place, rows in waiting.items():
                _enroll(place, [row for on, row in rows if on <= day], day)
                waiting[place] = [(on, row) for on, row in rows if on > day]
        recount_all(on=day)
        alerts.warn(on=day, scope=nullcontext)
        _give_time(on=day, until=today + timedelta(days=21))


def _give_time(*, on: date, until: date) -> None:
    """Extend the grace of whoever would be refused the enrolments of the story (R20)."""
    for overrun in Overrun.objects.filter(ended_on=None, closes_on=on + timedelta(days=1)):
        overruns.extend_grace(
            organization=overrun.organization,
            until=until,
            on=on,
            reason=_("Changement de formule en discussion."),
            actor=user(CUSTOMER_CARE),
        )


def _enrollments(place: Place, today: date) -> list[tuple[date, EnrollmentRow]]:
    """Return the enrolments, each with the day it is to be entered by: some weeks ahead."""
    rows = demo_enrollments.rows(slug=place.slug, learners=place.learners, today=today)
    entered = ((row, demo_enrollments.known_on(row, slug=place.slug)) for row in rows)
    return [
        (min(on if row.left_on else on - timedelta(days=ENTERED_EVERY_DAYS - 1), today), row)
        for row, on in entered
    ]


def _enroll(place: Place, rows: list[EnrollmentRow], on: date) -> None:
    if rows:
        organization = Organization.objects.get(slug=place.slug)
        import_rows(organization=organization, rows=rows, on=on, by=user(place.owner))
