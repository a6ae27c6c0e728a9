"""The mails of options: what was opened and billed, to those who follow the money."""

from datetime import date

from accounts import selectors as people
from accounts.emails import post
from accounts.models import Organization
from accounts.roles import Role
from options.models import Option
from subscriptions import selectors
from subscriptions.models import Invoice
from subscriptions.next_invoice import awaits_gate, next_invoice
from subscriptions.standing import standing


def option_subscribed(
    *,
    organization: Organization,
    option: Option,
    invoice: Invoice | None,
    operation: str,
    on: date,
) -> None:
    """option-souscrite: to the owner and the administrators, once for each time it is taken."""
    current = standing(organization, on)
    usage = selectors.usage(organization, current.renews_on) if awaits_gate(current) else None
    context = {
        "option": option,
        "opens": option.opens.splitlines(),
        "invoice": invoice,
        "lines": list(invoice.lines.order_by("position")) if invoice else [],
        "coming": next_invoice(current, usage),
    }
    for person in people.people(organization, Role.OWNER, Role.ADMINISTRATOR):
        post(
            to=person.email,
            template="options/option_subscribed",
            context={**context, "reader": person},
            dedupe_key=f"option-subscribed-{organization.pk}-{operation}-{person.pk}",
            organization=organization,
        )


def option_ended(
    *, organization: Organization, option: Option, ends_before: date, on: date
) -> None:
    """option-arret: to the owner, who may still keep it; once a day however often they hesitate."""
    owner = people.owner(organization)
    post(
        to=owner.email,
        template="options/option_ended",
        context={
            "option": option,
            "opens": option.opens.splitlines(),
            "ends_before": ends_before,
            "reader": owner,
        },
        dedupe_key=f"option-ended-{organization.pk}-{option.slug}-{on}",
        organization=organization,
    )
