"""Measure the renewal run: by chunks, one by one, and against bare inserts of the same rows.

    python -m bench renewals [--subscriptions 4000] [--alone 300] [--workers 4]

Ratios within one run are the figures to trust, and the processor's time: machines are shared.
"""

import argparse
import os
import time
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from multiprocessing import Process
from pathlib import Path
from typing import NamedTuple

from django.db import connection, connections, transaction
from django.db.models import Model

from accounts.models import Membership, Organization, User
from accounts.tenancy import staff_context
from options import publishing
from options.catalog import OPTIONS
from subscriptions import bulk, renewal_run
from subscriptions.billing import renew_together
from subscriptions.catalog import DEMONSTRATION, SELLER_CODE
from subscriptions.invariants import broken
from subscriptions.models import (
    CommitmentSpan,
    Component,
    Invoice,
    InvoiceLine,
    Item,
    Period,
    Subscription,
)
from subscriptions.renewal import renew
from subscriptions.renewal_run import CHUNK
from subscriptions.selectors import due

START, CHUNKED, ALONE, PARALLEL = (date(2026, month, 5) for month in (1, 2, 3, 4))


def main(words: list[str]) -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(prog="python -m bench renewals")
    parser.add_argument("--subscriptions", type=int, default=4000)
    parser.add_argument("--alone", type=int, default=300, help="how many one by one")
    parser.add_argument("--workers", type=int, default=4)
    measure(parser.parse_args(words))


def measure(arguments: argparse.Namespace) -> None:
    """Run each design on the next month of the same subscriptions and print the rates."""
    count = arguments.subscriptions
    print(f"{count} subscriptions, a plan and two options each; by the clock, by the processor")
    _tell("opened", _spent(count, lambda: subscribe(count)))
    chunked = _tell(f"chunks of {CHUNK}", _spent(count, lambda: run(CHUNKED)))
    alone = _tell("one by one", _spent(arguments.alone, lambda: renew_alone(arguments.alone)))
    bare = _tell("bare inserts", insert_bare())
    keyless = _tell("the same, no key", insert_bare(kept_by_the_database=False))
    for name, other in (("one by one", alone), ("bare", bare), ("no key", keyless)):
        by_clock, by_processor = (
            mine / theirs for mine, theirs in zip(chunked, other, strict=True)
        )
        print(f"chunked ÷ {name:<10} {by_clock:>9.2f}   {by_processor:>9.2f}")
    run(ALONE)
    begun = time.perf_counter()
    run_together(arguments.workers)
    parallel = count / (time.perf_counter() - begun)
    print(f"{arguments.workers} workers            {parallel:>9.0f}/s   {gaps_and_doubles()}")


class Rate(NamedTuple):
    """How many a second: by the clock, and by the time of processor that both ends spent.

    The clock of a shared machine tells of its neighbours; the second figure is what it would tell
    if this were alone, as one end waits while the other works.
    """

    by_clock: float
    by_processor: float


def _tell(name: str, rate: Rate) -> Rate:
    print(f"{name:<20} {rate.by_clock:>9.0f}/s {rate.by_processor:>9.0f}/s")
    return rate


def _spent(count: int, work: Callable[[], object]) -> Rate:
    """Return how many of `count` are done a second."""
    clock, processor = time.perf_counter(), _processor_seconds()
    work()
    return Rate(count / (time.perf_counter() - clock), count / (_processor_seconds() - processor))


def _processor_seconds() -> float:
    """Return the processor's time of this process and of its PostgreSQL backend, a local one."""
    connection.ensure_connection()
    told = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text()
    user, system = told.rpartition(")")[2].split()[11:13]
    ticks = int(user) + int(system)
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def organizations(count: int) -> list[Organization]:
    """Create so many organizations of one owner."""
    owner = User.objects.create_user("owner@exemple.fr", None)
    created = Organization.objects.bulk_create(
        Organization(name=f"Organisme {n}", slug=f"o{n}") for n in range(count)
    )
    Membership.objects.bulk_create(
        Membership(organization=each, user=owner, role="owner") for each in created
    )
    return created


def subscribe(count: int) -> None:
    """Open so many subscriptions, their first periods billed by one bulk settlement."""
    with staff_context():
        seller = publishing.load(seller_code=SELLER_CODE, catalogue=DEMONSTRATION, texts=OPTIONS)
        held = [
            Component.objects.get(seller=seller, code=code)
            for code in ("equipe", "company-space", "e-signature")
        ]
        subscriptions = Subscription.objects.bulk_create(
            Subscription(organization=each, seller=seller, status="active", renews_on=START)
            for each in organizations(count)
        )
        CommitmentSpan.objects.bulk_create(
            CommitmentSpan(
                organization_id=each.organization_id,
                subscription=each,
                commitment="monthly",
                anchor_on=START,
                opened_by="bench",
            )
            for each in subscriptions
        )
        Item.objects.bulk_create(
            Item(
                organization_id=each.organization_id,
                subscription=each,
                component=component,
                kind=component.kind,
                starts_on=START,
                opened_by="bench",
            )
            for each in subscriptions
            for component in held
        )
        for first in range(0, count, 500):
            renew_together(subscriptions[first : first + 500], issued_on=START)


def run(on: date) -> None:
    outcome = renewal_run.run(on=on)
    assert not outcome.parked, outcome.parked


def renew_alone(count: int) -> None:
    """Renew so many in a transaction each: the path that a failing chunk falls back to."""
    with staff_context():
        ids = list(due(ALONE).values_list("pk", flat=True)[:count])
    for each in ids:
        with staff_context():
            renew(subscription_id=each, on=ALONE)


def insert_bare(*, kept_by_the_database: bool = True) -> Rate:
    """Insert the rows of the chunked month again, with no logic; return how many a second.

    Same tables, same columns, same statements of a chunk; other keys, so that the
    constraints are paid for, the deferred ones too. The rows are read before, and rolled back.
    Else in tables of the same columns without a key, an index, a policy or a check.
    """
    columns = {model: _columns(model) for model in (Invoice, Period, InvoiceLine)}
    with staff_context():
        invoices = list(Invoice.objects.filter(issued_on=CHUNKED).order_by("pk"))
        lines = list(InvoiceLine.objects.filter(invoice__in=invoices).order_by("invoice", "pk"))
        periods = list(Period.objects.filter(starts_on=CHUNKED))
        _rekey(invoices, lines, periods)
        if not kept_by_the_database:
            _shadow(columns)

        def insert() -> None:
            for first in range(0, len(invoices), CHUNK):
                last = first + CHUNK
                bulk.insert(Invoice, invoices[first:last], columns[Invoice])
                bulk.insert(Period, periods[first:last], columns[Period])
                bulk.insert(InvoiceLine, lines[first * 3 : last * 3], columns[InvoiceLine])
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

        rate = _spent(len(invoices), insert)
        transaction.set_rollback(True)
    return rate


def _shadow(models: Iterable[type[Model]]) -> None:
    """Stand empty tables of the same columns, and nothing else, before the real ones."""
    with connection.cursor() as cursor:
        for model in models:
            table = model._meta.db_table
            cursor.execute(f"CREATE TEMP TABLE {table} (LIKE public.{table} INCLUDING IDENTITY)")


def _columns(model: type[Model]) -> list[str]:
    return [
        field.attname
        for field in model._meta.concrete_fields
        if not (field.primary_key or field.generated)
    ]


def _rekey(invoices: list, lines: list, periods: list) -> None:
    for invoice in invoices:
        invoice.pk, invoice.series = None, "X2026"
    for line in lines:
        line.pk = None
        line.starts_on += timedelta(days=400)
        line.ends_before += timedelta(days=400)
    for period in periods:
        period.pk = None
        period.number += 100
        period.starts_on += timedelta(days=400)
        period.ends_before += timedelta(days=400)


def run_together(workers: int) -> None:
    connections.close_all()  # a fork must not share the connection of its parent
    processes = [Process(target=_work) for _worker in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


def _work() -> None:
    run(PARALLEL)


def gaps_and_doubles() -> str:
    """Tell what parallel work broke."""
    with staff_context():
        names = {invariant.name for invariant in broken(today=PARALLEL)}
    return f"broken invariants: {sorted(names - {'seats_follow_the_plan'}) or 'none'}"
