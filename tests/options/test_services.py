from datetime import date

import pytest

from accounts.models import AuditEvent, Membership, OutgoingMail
from accounts.roles import Role
from accounts.tenancy import staff_context, tenant_context
from options import endings, selectors, services
from options.policy import Action, Decision, Reason
from options.selectors import on_sale
from options.services import KeyReused, NotOffered, Outcome, Pressed, PriceChanged, Shown
from subscriptions import agreements
from subscriptions.models import BillingIdentity, Invoice, Item, Subscription
from subscriptions.periods import Commitment
from support.models import Request
from tests import world
from tests.teams import TODAY

ELEARNING = "advanced-elearning"


@pytest.fixture
def tenant(team):
    with tenant_context(team.ravel.pk):
        yield team


def option(slug: str = ELEARNING):
    return on_sale().get(component__code=slug)


def press(team, name="alice", *, slug=ELEARNING, on=TODAY, key="first", shown=None) -> Outcome:
    return services.press_subscribe(
        membership=team.membership(name),
        option=option(slug),
        today=on,
        operation=f"option {key}",
        shown=shown,
    )


def written() -> tuple[int, int, int]:
    return Item.objects.count(), Invoice.objects.count(), Request.objects.count()


def mails() -> list[tuple]:
    """Return the mails written. The tenant's role may not read them: ask in the staff's scope."""
    return sorted(OutgoingMail.objects.values_list("recipient", "subject"))


def test_the_owner_opens_the_option_and_its_share_is_invoiced_at_once(tenant):
    outcome = press(tenant)

    line = outcome.invoice.lines.get()
    item = Item.objects.get(component=line.component)
    assert outcome.pressed is Pressed.SUBSCRIBED
    assert (line.starts_on, line.ends_before) == (TODAY, date(2026, 12, 9))
    assert (line.days, line.days_in_period) == (16, 30)
    assert (line.full_price_cents, line.net_cents) == (39_00, 20_80)
    assert (outcome.invoice.issued_on, outcome.invoice.gross_cents) == (TODAY, 24_96)
    assert (item.starts_on, item.ends_before) == (TODAY, None)
    assert AuditEvent.objects.filter(action="options taken").values_list(
        "actor__email", "details"
    ).get() == ("alice@exemple.fr", {"options": [ELEARNING]})


def test_pressing_twice_is_pressing_once(tenant):
    first = press(tenant)
    before = written()

    again = press(tenant)
    other_key = press(tenant, key="second")

    assert again == first
    assert other_key == Outcome(Pressed.ALREADY)
    assert written() == before


@pytest.mark.parametrize("name", ["adam", "sam"])
def test_others_ask_support_and_a_repeated_click_is_counted(tenant, name):
    before = written()

    press(tenant, name)
    outcome = press(tenant, name)

    assert outcome.pressed is Pressed.ASKED_SUPPORT
    assert (outcome.request.option.code, outcome.request.clicks) == (ELEARNING, 2)
    assert written() == (before[0], before[1], before[2] + 1)


@pytest.mark.parametrize("name", ["alice", "adam"])
def test_an_option_on_quote_is_no_click(tenant, name):
    before = written()

    with pytest.raises(NotOffered) as refused:
        press(tenant, name, slug="micro-certification")

    assert refused.value.decision == Decision(Action.ASK_QUOTE)
    assert written() == before


def test_a_trainer_is_offered_nothing(tenant):
    before = written()

    with pytest.raises(NotOffered) as refused:
        press(tenant, "tara")

    assert refused.value.decision == Decision(Action.HIDDEN)
    assert written() == before


@pytest.mark.parametrize(
    ("status", "decision"),
    [
        ("past_due", Decision(Action.DISABLED, Reason.PAST_DUE)),
        ("expired", Decision(Action.DISABLED, Reason.TRIAL_OVER)),
        ("suspended", Decision(Action.HIDDEN)),
        ("cancelled", Decision(Action.HIDDEN)),
    ],
)
def test_souscrire_is_refused_with_the_reason(tenant, status, decision):
    Subscription.objects.update(status=status)
    before = written()

    with pytest.raises(NotOffered) as refused:
        press(tenant)

    assert refused.value.decision == decision
    assert written() == before


def test_souscrire_waits_for_a_vat_that_is_known(tenant):
    BillingIdentity.objects.update_or_create(
        organization=tenant.ravel, defaults={"legal_name": "Ravel", "country": "DE"}
    )
    before = written()

    with pytest.raises(NotOffered) as refused:
        press(tenant)

    assert refused.value.decision == Decision(Action.DISABLED, Reason.VAT_UNRESOLVED)
    assert written() == before


def test_an_option_is_not_ended_in_a_period_that_cannot_be_billed(tenant):
    BillingIdentity.objects.update_or_create(
        organization=tenant.ravel, defaults={"legal_name": "Ravel", "country": "DE"}
    )
    alice, held = tenant.membership("alice"), option("company-space")

    with pytest.raises(NotOffered):
        endings.end_option(membership=alice, option=held, today=date(2026, 12, 9))

    assert Item.objects.get(component=held.component).ends_before is None


def test_a_role_taken_away_bites_at_once(tenant):
    membership = tenant.membership("adam")
    Membership.objects.filter(pk=membership.pk).update(role=Role.TRAINER)

    with pytest.raises(NotOffered):
        services.press_subscribe(
            membership=membership, option=option(), today=TODAY, operation="click"
        )


@pytest.mark.parametrize("shown", [Shown(38_00), Shown(39_00, 20_79), services.NOTHING_SHOWN])
def test_a_price_that_was_not_shown_bills_nothing(tenant, shown):
    before = written()

    with pytest.raises(PriceChanged):
        press(tenant, shown=shown)

    assert written() == before


def test_a_key_bills_one_option_only(tenant):
    press(tenant, key="same")
    before = written()

    with pytest.raises(KeyReused):
        press(tenant, slug="e-signature", key="same")

    assert written() == before


def test_the_preview_is_what_will_be_invoiced_and_keeps_nothing(tenant):
    before = written()

    terms = services.preview_subscribe(
        membership=tenant.membership("alice"), option=option(), on=TODAY
    )

    assert written() == before
    assert (terms.today.net_cents, terms.today.gross_cents) == (20_80, 24_96)
    assert terms.full_price_cents == 39_00
    assert (terms.coming.issued_on, terms.coming.net_cents) == (date(2026, 12, 9), 187_00)
    assert press(tenant, shown=Shown(39_00, terms.net_cents)).invoice.net_cents == 20_80


def test_on_the_echeance_the_option_joins_the_invoice_of_the_period(tenant):
    renewal_day = date(2026, 12, 9)

    terms = services.preview_subscribe(
        membership=tenant.membership("alice"), option=option(), on=renewal_day
    )
    outcome = press(tenant, on=renewal_day, shown=Shown(39_00, terms.net_cents))

    assert outcome.invoice.net_cents == 187_00 == terms.net_cents
    assert [line.component.code for line in outcome.invoice.lines.order_by("position")] == [
        "equipe",
        "company-space",
        ELEARNING,
    ]


def test_the_mail_tells_the_owner_and_the_administrators_once(team):
    with staff_context():
        before = mails()

        press(team)
        press(team)

        subject = "Option Modules SCORM, e-learning et forum activée"
        told = [mail for mail in mails() if mail not in before]
        assert told == [("adam@exemple.fr", subject), ("alice@exemple.fr", subject)]
        text = OutgoingMail.objects.filter(subject=subject).first().text.replace("\xa0", " ")
        assert "du 23 novembre 2026 au 8 décembre 2026 : 20,80 €" in text
        assert "20,80 € HT, soit 24,96 € TTC, à régler au plus tard le 23 décembre 2026." in text
        assert "Prochaine facture, le 9 décembre 2026 : 187,00 € HT, soit 224,40 € TTC." in text


def test_an_option_ends_with_its_period_and_can_be_kept_until_then(tenant):
    alice = tenant.membership("alice")

    ending = endings.end_option(membership=alice, option=option("company-space"), today=TODAY)
    kept = endings.keep_option(
        membership=alice, option=option("company-space"), today=date(2026, 12, 8)
    )

    assert (ending.ends_before, kept.ends_before) == (date(2026, 12, 9), None)


@pytest.mark.parametrize("name", ["adam", "sam", "tara"])
@pytest.mark.parametrize("deed", [endings.end_option, endings.keep_option])
def test_only_the_owner_ends_and_keeps(tenant, name, deed):
    with pytest.raises(NotOffered):
        deed(membership=tenant.membership(name), option=option("company-space"), today=TODAY)

    assert Item.objects.get(component__code="company-space").ends_before is None


def test_what_is_not_held_cannot_be_ended_nor_kept(tenant):
    alice = tenant.membership("alice")

    for deed, slug in (
        (endings.end_option, ELEARNING),
        (endings.keep_option, "company-space"),
    ):
        with pytest.raises(NotOffered):
            deed(membership=alice, option=option(slug), today=TODAY)


def test_the_owner_is_told_that_an_option_ends_and_may_still_keep_it(team):
    """option-arret: to the owner alone, once a day however often they hesitate."""
    with staff_context():
        before = mails()
        alice = team.membership("alice")

        endings.end_option(membership=alice, option=option("company-space"), today=TODAY)
        endings.keep_option(membership=alice, option=option("company-space"), today=TODAY)
        endings.end_option(membership=alice, option=option("company-space"), today=TODAY)

        subject = "Option Espace entreprise arrêtée au 8 décembre"
        assert [mail for mail in mails() if mail not in before] == [("alice@exemple.fr", subject)]
        text = OutgoingMail.objects.get(subject=subject).text.replace("\xa0", " ")
        assert text.startswith("Option Espace entreprise arrêtée au 8 décembre 2026.\n")
        assert "/compte/abonnement/options/company-space/" in text


def test_a_price_agreed_for_a_day_is_shown_and_billed(tenant):
    """R5: it beats the list, on the offer as on the invoice."""
    subscription = Subscription.objects.get(organization=tenant.ravel)
    promise(subscription, 30_00)
    alice = tenant.membership("alice")

    shown = selectors.offer(alice, option(), TODAY).price_cents
    terms = services.preview_subscribe(membership=alice, option=option(), on=TODAY)
    outcome = press(tenant, shown=Shown(shown, terms.net_cents))

    assert (shown, terms.full_price_cents) == (30_00, 30_00)
    assert outcome.invoice.net_cents == 16_00  # 16 days of 30


def promise(subscription: Subscription, cents: int) -> None:
    quoted = agreements.Quoted(world.option(ELEARNING).pk, Commitment.MONTHLY, TODAY, cents)
    agreements.keep_promise(subscription_id=subscription.pk, quoted=[quoted], reason="devis")
