"""An installed organization, copied into a run, is billed there what it will really be billed."""

import json
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import transaction

from accounts.models import AuditEvent
from accounts.roles import Role
from accounts.tenancy import TenantModel, staff_context
from digiforma.scenario import playing, reading
from digiforma.scenario.copying import COPIED
from digiforma.scenario.wrong import Wrong
from learners.enrollment_row import EnrollmentRow
from learners.models import (
    DailyCount,
    EnrollmentChange,
    EnrollmentGate,
    EnrollmentImport,
    EntryTally,
)
from learners.services import import_rows
from subscriptions import agreements, credit_notes, items, renewal_run
from subscriptions.models import (
    Invoice,
    LimitAlert,
    LimitWatch,
    Overrun,
    StaffOrder,
    SupportNotice,
)
from subscriptions.plan_changes import Change, change_at_term, change_now
from support.models import Attachment, Message, Quote, Request, RequestEvent
from tests import world
from tests.digiforma.test_play_scenario import rows

TODAY = date(2026, 11, 23)
LEFT = {
    AuditEvent,  # what was done
    DailyCount,  # what was counted: a run counts live
    EnrollmentChange,
    EnrollmentGate,  # raised by the night's alerts, which a run does not send
    EnrollmentImport,  # files, whose enrolments are copied
    EntryTally,  # added up again as the enrolments are copied
    LimitAlert,  # what was told of the limit
    LimitWatch,
    Overrun,
    SupportNotice,  # what support was told, and asked: a run tells its own
    StaffOrder,
    Request,
    RequestEvent,
    Message,
    Attachment,
    Quote,
}
BOUNDARIES = [
    date(2026, 11, 30),
    date(2026, 12, 31),
    date(2027, 1, 31),
    date(2027, 2, 28),
    date(2027, 3, 31),
    date(2027, 4, 30),
]

pytestmark = pytest.mark.django_db


@pytest.fixture
def ravel():
    """Ravel, with all that may decide what comes: options, credit, small sums, agreements."""
    with staff_context():
        world.put_on_sale()
        organization = world.organization()
        world.member(organization, "Adam", Role.ADMINISTRATOR)
        subscription, _invoice = world.subscribed(
            organization, on=date(2026, 10, 31), code="orga", options=("e-signature",)
        )
        order = {"subscription_id": subscription.pk}
        agreements.add_discount(
            organization=organization, percent=10, periods=2, on=TODAY, reason="Fidélité"
        )
        agreements.agree_price(
            **order,
            price=agreements.Agreed(
                plan=world.plan("equipe"),
                amount_cents=100_00,
                first_on=date(2027, 2, 28),
                last_on=date(2027, 3, 30),
            ),
            reason="Accord",
        )
        items.end_item(**order, component=world.option("e-signature"), on=TODAY)
        credit_notes.credit_days(**order, days=5, on=TODAY, reason="Panne")
        change_now(
            **order, change=Change(plan=world.plan("leader")), on=TODAY, operation="an upgrade"
        )
        change_at_term(**order, change=Change(plan=world.plan("equipe")), on=TODAY)
        import_rows(organization=organization, rows=enrolments(499), on=TODAY, by=None)
    return organization


def enrolments(count: int) -> list[EnrollmentRow]:
    day = TODAY - timedelta(days=30)
    return [
        EnrollmentRow(
            line=number,
            session_code="A1",
            title="Session",
            starts_on=day,
            ends_on=day,
            email=f"{number}@exemple.fr",
            last_name="",
            first_name="",
            status="enrolled",
            left_on=None,
        )
        for number in range(count)
    ]


def played(*steps: dict) -> dict:
    raw = json.dumps({"name": "Demain", "steps": steps}).encode()
    with staff_context():
        return playing.play(reading.read(raw, playing.installed()))


def amounts(documents) -> list[tuple]:
    """Return the documents without what a run numbers for itself."""
    return [
        (
            each["issued_on"],
            [tuple(line.values()) for line in each["lines"]],
            each["gross"],
            each["credit_used"],
        )
        for each in documents
    ]


def really_billed(organization) -> list[tuple]:
    """Return what the nightly job itself issues to the organization, then take it back."""
    with staff_context():
        known = set(Invoice.objects.values_list("pk", flat=True))
        for day in BOUNDARIES:
            renewal_run.run(on=day, scope=transaction.atomic)
        issued = Invoice.objects.exclude(pk__in=known).filter(organization=organization)
        told = [
            (
                str(invoice.issued_on),
                [
                    (
                        line.component.label,
                        line.kind,
                        str(line.starts_on),
                        str(line.ends_before),
                        f"{line.net_cents / 100:.2f}",
                    )
                    for line in invoice.lines.order_by("position")
                ],
                f"{invoice.gross_cents / 100:.2f}",
                f"{invoice.credit_used_cents / 100:.2f}",
            )
            for invoice in issued.order_by("pk")
        ]
        transaction.set_rollback(True)
    return told


def test_a_copy_is_billed_what_the_original_will_be(ravel):
    before = rows()

    told = played(
        {"on": str(TODAY), "do": "set_learners", "organization": "@ravel", "count": 499},
        {"on": str(TODAY), "do": "run_daily", "until": str(BOUNDARIES[-1])},
    )

    assert amounts(told["documents"]) == really_billed(ravel)
    assert [document["number"] for document in told["documents"]] == [
        "F2026-000001",
        "F2026-000002",
        "F2027-000001",
        "F2027-000002",
        "F2027-000003",
        "F2027-000004",
    ]
    assert told["subscriptions"]["@ravel"]["plan"] == "equipe"
    assert told["refusals"] == []
    assert rows() == before


def test_a_copy_is_as_full_as_the_original(ravel):
    cancelled = {"on": str(TODAY), "do": "cancel", "organization": "@ravel"}
    learners = {"on": str(TODAY), "do": "set_learners", "organization": "@ravel", "count": 501}

    told = played(cancelled, learners, {"on": "2026-11-30", "do": "run_daily"})

    assert told["subscriptions"] == {
        "@ravel": {
            "status": "cancelled",
            "plan": "leader",
            "commitment": "monthly",
            "options": [],
            "period": None,
            "pending": None,
            "account_credit": "0.00",
        }
    }


def test_a_document_of_the_past_is_corrected_under_the_numbers_of_the_run(ravel):
    with staff_context():
        upgrade = Invoice.objects.filter(organization=ravel, kind="invoice").latest("pk").number
    cancel = {"on": str(TODAY), "do": "cancel_document", "document": upgrade}

    told = played({"on": str(TODAY), "do": "undo_pending", "organization": "@ravel"}, cancel)

    [credit_note] = told["documents"]
    assert (credit_note["number"], credit_note["corrects"]) == ("A2026-000001", upgrade)
    assert told["subscriptions"]["@ravel"]["plan"] == "orga"


def test_a_catalogue_that_does_not_sell_what_is_held_is_refused(ravel):
    catalogue = {
        "plans": [{"code": "S", "trainers": 3, "administrators": 2, "learners": 200}],
        "price_lists": [],
    }
    step = {"on": str(TODAY), "do": "cancel", "organization": "@ravel"}
    raw = json.dumps({"name": "Ailleurs", "catalogue": catalogue, "steps": [step]}).encode()

    with staff_context(), pytest.raises(Wrong, match="ne vend pas") as wrong:
        playing.play(reading.read(raw, playing.installed()))

    assert str(wrong.value).startswith("step 1: organization: ")


def test_every_tenant_table_is_copied_or_left_for_a_reason():
    tables = {model for model in apps.get_models() if issubclass(model, TenantModel)}

    assert tables == {*COPIED, *LEFT}
