"""The gate of new enrolments: obeyed here, written from above (R20).

It is soft. Once its day has come, a new enrolment passes as long as no more are counted than the
limit, whatever one deed adds; what is written already is never refused. The row is locked while a
deed passes, so that of two at once the second counts what the first has added.
"""

from datetime import date

from django.utils.translation import gettext as _

from accounts.models import Organization
from learners.models import EnrollmentGate
from learners.selectors import count_on


class EnrollmentRefused(Exception):
    """More learners are counted than the plan holds, and the grace is over (R20)."""

    code = "enrollments_closed"

    def __init__(self, gate: EnrollmentGate, *, count: int):
        self.closed_from, self.limit, self.count = gate.closed_from, gate.limit, count
        text = _(
            "Les nouvelles inscriptions sont refusées depuis le %(day)s : %(count)d apprenants "
            "comptés pour une limite de %(limit)d. Passez à une formule plus grande, ou attendez "
            "que le compte retombe à %(limit)d ; ce qui est inscrit le reste."
        )
        day = self.closed_from.strftime("%d/%m/%Y")
        super().__init__(text % {"day": day, "count": count, "limit": self.limit})


def check(organization: Organization, *, on: date) -> None:
    """Let a new enrolment pass. Raises EnrollmentRefused.

    Call it before any other lock is taken: all who enrol take the gate's first.
    """
    refused = refusal(organization, on=on)
    if refused:
        raise refused


def refusal(organization: Organization, *, on: date) -> EnrollmentRefused | None:
    """Return why new enrolments are refused on a day, from the count of that day as it is now.

    For a deed that learns later whether it adds any: it raises what it was given.
    """
    gates = EnrollmentGate.objects.for_organization(organization)
    gate = gates.filter(closed_from__lte=on).select_for_update(of=("self",)).first()
    if gate is None:
        return None
    count = count_on(organization, on=on)
    return EnrollmentRefused(gate, count=count) if count > gate.limit else None


def closed(organization: Organization, *, count: int, on: date) -> EnrollmentRefused | None:
    """Return why new enrolments are refused, for a page that has counted: it locks nothing."""
    gates = EnrollmentGate.objects.for_organization(organization)
    gate = gates.filter(closed_from__lte=on, limit__lt=count).first()
    return gate and EnrollmentRefused(gate, count=count)
