"""What must hold on any day, as SQL that counts the rows where it does not."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from learners.tallies import MISTOLD_SQL
from subscriptions.models import InvariantBreach


@dataclass(frozen=True, slots=True)
class Invariant:
    """A claim in French for staff, and the query that returns each row that breaks it."""

    name: str
    claim: str
    sql: str


RENEWING = "status IN ('active', 'past_due') AND parked_because = ''"

INVARIANTS = (
    Invariant(
        "billed_in_time",
        "Aucun abonnement actif n’a dépassé son échéance de plus d’un jour.",
        f"SELECT id FROM subscriptions_subscription WHERE {RENEWING} AND renews_on < %(today)s - 1",
    ),
    Invariant(
        "trials_end",
        "Aucun essai n’a dépassé sa fin de plus d’un jour.",
        "SELECT id FROM subscriptions_subscription WHERE status = 'trialing' "
        "AND parked_because = '' AND trial_ends_on < %(today)s - 1",
    ),
    Invariant(
        "active_has_a_plan",
        "Un abonnement actif a exactement une formule en cours.",
        f"SELECT id FROM subscriptions_subscription AS s WHERE {RENEWING} AND 1 <> "
        "(SELECT count(*) FROM subscriptions_item AS i WHERE i.subscription_id = s.id "
        "AND i.kind = 'plan' AND i.ends_before IS NULL)",
    ),
    Invariant(
        "active_has_a_commitment",
        "Un abonnement actif a exactement un engagement en cours.",
        f"SELECT id FROM subscriptions_subscription AS s WHERE {RENEWING} AND 1 <> "
        "(SELECT count(*) FROM subscriptions_commitmentspan AS c WHERE c.subscription_id = s.id "
        "AND c.ends_before IS NULL)",
    ),
    Invariant(
        "echeance_ends_a_period",
        "L’échéance est la fin de la dernière période.",
        f"SELECT id FROM subscriptions_subscription AS s WHERE {RENEWING} AND renews_on <> "
        "(SELECT max(ends_before) FROM subscriptions_period AS p WHERE p.subscription_id = s.id)",
    ),
    Invariant(
        "periods_follow",
        "Dans un engagement, chaque période commence où finit la précédente.",
        "SELECT id FROM (SELECT id, starts_on, lag(ends_before) OVER w AS before FROM "
        "subscriptions_period WINDOW w AS (PARTITION BY commitment_span_id ORDER BY number)) AS p "
        "WHERE before <> starts_on",
    ),
    Invariant(
        "periods_are_numbered",
        "Les périodes d’un engagement sont numérotées sans trou à partir de 0.",
        "SELECT commitment_span_id FROM subscriptions_period GROUP BY commitment_span_id "
        "HAVING min(number) <> 0 OR max(number) <> count(*) - 1",
    ),
    Invariant(
        "periods_are_billed",
        "Chaque période entamée porte au moins une ligne facturée ou en attente.",
        "SELECT p.id FROM subscriptions_period AS p WHERE NOT EXISTS (SELECT FROM "
        "subscriptions_invoiceline AS l WHERE l.subscription_id = p.subscription_id "
        "AND l.starts_on = p.starts_on) AND NOT EXISTS (SELECT FROM subscriptions_waitingline AS w "
        "WHERE w.subscription_id = p.subscription_id AND w.starts_on = p.starts_on)",
    ),
    Invariant(
        "a_period_is_billed_once",
        "Une période d’un composant n’est facturée qu’une fois.",
        "SELECT min(id) FROM subscriptions_invoiceline WHERE kind = 'period' "
        "GROUP BY subscription_id, component_id, commitment, starts_on HAVING count(*) > 1",
    ),
    Invariant(
        "lines_add_up",
        "Le total HT d’un document est la somme de ses lignes.",
        "SELECT i.id FROM subscriptions_invoice AS i LEFT JOIN subscriptions_invoiceline AS l "
        "ON l.invoice_id = i.id GROUP BY i.id HAVING coalesce(sum(l.net_cents), 0) <> i.net_cents",
    ),
    Invariant(
        "vat_adds_up",
        "La TVA d’un document est la somme de sa TVA par taux, et ses bases son total HT.",
        "SELECT i.id FROM subscriptions_invoice AS i CROSS JOIN LATERAL (SELECT "
        "coalesce(sum((t->>'amount_cents')::bigint), 0) AS vat, "
        "coalesce(sum((t->>'base_cents')::bigint), 0) AS base "
        "FROM jsonb_array_elements(i.vat_totals) AS t) AS t "
        "WHERE t.vat <> i.vat_cents OR t.base <> i.net_cents",
    ),
    Invariant(
        "gross_adds_up",
        "Le total TTC est le total HT plus la TVA.",
        "SELECT id FROM subscriptions_invoice WHERE gross_cents <> net_cents + vat_cents",
    ),
    Invariant(
        "credits_within_billed",
        "Les crédits d’un composant sur une période ne dépassent jamais ce qui fut facturé "
        "ou attend de l’être.",
        "SELECT min(id) FROM (SELECT id, subscription_id, component_id, commitment, ends_before, "
        "net_cents FROM subscriptions_invoiceline WHERE NOT is_goodwill UNION ALL "
        "SELECT NULL, subscription_id, component_id, commitment, ends_before, net_cents "
        "FROM subscriptions_waitingline WHERE carried_by_id IS NULL) AS l "
        "GROUP BY subscription_id, component_id, commitment, ends_before "
        "HAVING sum(net_cents) < 0",
    ),
    Invariant(
        "numbers_have_no_gap",
        "Les numéros d’une série se suivent sans trou jusqu’au compteur.",
        "SELECT s.id FROM subscriptions_numberseries AS s LEFT JOIN subscriptions_invoice AS i "
        "ON i.seller_id = s.seller_id AND i.series = s.name GROUP BY s.id "
        "HAVING count(DISTINCT i.sequence) <> s.last - s.first + 1 "
        "OR coalesce(max(i.sequence), s.last) <> s.last",
    ),
    Invariant(
        "dates_never_go_back",
        "Dans une série, la date d’émission ne recule jamais.",
        "SELECT id FROM (SELECT id, issued_on, lag(issued_on) OVER (PARTITION BY seller_id, series "
        "ORDER BY sequence) AS before FROM subscriptions_invoice) AS i WHERE issued_on < before",
    ),
    Invariant(
        "the_chain_holds",
        "Chaque document porte l’empreinte du précédent.",
        "SELECT id FROM (SELECT id, previous_hash, lag(hash) OVER (PARTITION BY seller_id, series "
        "ORDER BY sequence) AS before FROM subscriptions_invoice) AS i "
        "WHERE previous_hash <> before",
    ),
    Invariant(
        "the_counter_holds_the_last_link",
        "Le compteur porte l’empreinte du dernier document.",
        "SELECT s.id FROM subscriptions_numberseries AS s JOIN subscriptions_invoice AS i "
        "ON i.seller_id = s.seller_id AND i.series = s.name AND i.sequence = s.last "
        "WHERE i.hash <> s.last_hash",
    ),
    Invariant(
        "credit_notes_correct",
        "Un avoir corrige une facture du même organisme.",
        "SELECT c.id FROM subscriptions_invoice AS c LEFT JOIN subscriptions_invoice AS i "
        "ON i.id = c.corrects_id AND i.organization_id = c.organization_id AND i.kind = 'invoice' "
        "WHERE c.kind = 'credit_note' AND i.id IS NULL",
    ),
    Invariant(
        "nothing_is_paid_twice",
        "Les paiements et crédits d’une facture ne dépassent jamais son total.",
        "SELECT i.id FROM subscriptions_invoice AS i JOIN subscriptions_payment AS p "
        "ON p.invoice_id = i.id GROUP BY i.id "
        "HAVING sum(p.amount_cents) + i.credit_used_cents > i.gross_cents",
    ),
    Invariant(
        "credit_used_is_recorded",
        "L’avoir utilisé par une facture est la somme de ses emplois.",
        "SELECT i.id FROM subscriptions_invoice AS i LEFT JOIN subscriptions_credituse AS u "
        "ON u.invoice_id = i.id GROUP BY i.id "
        "HAVING coalesce(sum(u.amount_cents), 0) <> i.credit_used_cents",
    ),
    Invariant(
        "credit_is_used_once",
        "Un crédit n’est jamais utilisé au-delà de son montant.",
        "SELECT c.id FROM subscriptions_accountcredit AS c JOIN subscriptions_credituse AS u "
        "ON u.credit_id = c.id GROUP BY c.id HAVING sum(u.amount_cents) > c.amount_cents",
    ),
    Invariant(
        "credit_notes_leave_credit",
        "Un avoir laisse au compte exactement son montant.",
        "SELECT i.id FROM subscriptions_invoice AS i LEFT JOIN subscriptions_accountcredit AS c "
        "ON c.credit_note_id = i.id WHERE i.kind = 'credit_note' "
        "AND c.amount_cents IS DISTINCT FROM -i.gross_cents",
    ),
    Invariant(
        "carried_lines_stand_on_their_invoice",
        "Une ligne reportée figure sur la facture qui la porte.",
        "SELECT w.id FROM subscriptions_waitingline AS w WHERE carried_by_id IS NOT NULL AND NOT "
        "EXISTS (SELECT FROM subscriptions_invoiceline AS l WHERE l.invoice_id = w.carried_by_id "
        "AND l.kind = 'carried' AND l.operation = w.operation AND l.net_cents = w.net_cents)",
    ),
    Invariant(
        "pending_changes_are_carried_out",
        "Aucun changement en attente n’a dépassé sa date de plus d’un jour.",
        "SELECT id FROM subscriptions_pendingchange WHERE state = 'waiting' "
        "AND effective_on < %(today)s - 1 AND subscription_id IN "
        f"(SELECT id FROM subscriptions_subscription WHERE {RENEWING})",
    ),
    Invariant(
        "the_gate_follows_the_overrun",
        "Les inscriptions sont refusées par le dépassement en cours, de son jour et à sa limite.",
        "SELECT gate.id FROM learners_enrollmentgate AS gate FULL JOIN "
        "(SELECT * FROM subscriptions_overrun WHERE ended_on IS NULL) AS overrun "
        "USING (organization_id) WHERE gate.closed_from IS DISTINCT FROM overrun.closes_on "
        'OR gate."limit" IS DISTINCT FROM overrun."limit"',
    ),
    Invariant(
        "seats_follow_the_plan",
        "Les places écrites sont celles de la formule en cours.",
        "SELECT i.id FROM subscriptions_item AS i JOIN subscriptions_plan AS p "
        "ON p.component_id = i.component_id LEFT JOIN accounts_seatlimit AS l "
        "ON l.organization_id = i.organization_id WHERE i.ends_before IS NULL AND i.kind = 'plan' "
        "AND (l.trainers IS DISTINCT FROM p.trainers "
        "OR l.administrators IS DISTINCT FROM p.administrators)",
    ),
    Invariant(
        "enrolments_follow_their_session",
        "Une inscription compte au premier jour de sa session.",
        "SELECT e.id FROM learners_enrollment AS e JOIN learners_trainingsession AS s "
        "ON s.id = e.session_id WHERE s.starts_on <> e.counts_on OR s.is_held <> e.session_is_held",
    ),
    Invariant(
        "entries_add_up",
        "Les entrées de chaque jour sont celles des inscriptions qui comptent.",
        MISTOLD_SQL,
    ),
    Invariant(
        "mails_leave",
        "Aucun e-mail n’attend depuis plus d’un jour.",
        "SELECT id FROM accounts_outgoingmail WHERE mailed_at IS NULL "
        "AND created_at < %(today)s - interval '1 day'",
    ),
)


def broken(*, today: date) -> dict[Invariant, int]:
    """Return the invariants that do not hold, each with its number of rows. Staff scope."""
    counts = {}
    with connection.cursor() as cursor:
        for invariant in INVARIANTS:
            cursor.execute(f"SELECT count(*) FROM ({invariant.sql}) AS rows", {"today": today})
            [count] = cursor.fetchone()
            if count:
                counts[invariant] = count
    return counts


def check(*, today: date, at: datetime) -> dict[Invariant, int]:
    """Write down which invariants are broken now and which are mended; return the broken ones.

    Twice is harmless: one open row an invariant. Staff scope.
    """
    counts = broken(today=today)
    open_breaches = InvariantBreach.objects.filter(mended_at=None)
    open_breaches.exclude(name__in=[each.name for each in counts]).update(mended_at=at)
    for invariant, rows in counts.items():
        InvariantBreach.objects.update_or_create(
            name=invariant.name,
            mended_at=None,
            defaults={"claim": invariant.claim, "rows": rows, "seen_at": at},
            create_defaults={
                "claim": invariant.claim,
                "rows": rows,
                "seen_at": at,
                "broken_at": at,
            },
        )
    return counts
