"""The nightly count, and the files of enrolments that wait for a worker."""

import functools
import logging

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.tasks import send_mail_soon
from accounts.tenancy import staff_context, tenant_context
from learners import import_progress, import_queue, services

logger = logging.getLogger(__name__)


@shared_task
def recount_learners() -> int:
    """Store today's count of every organization, and those of nights when no count ran.

    Running it twice is harmless: a row is unique by organization and day, and is rewritten only
    if its number differs. No VACUUM is asked here: it needs the table's owner, which a worker is
    not. Migration 0002 has autovacuum do it early instead, as the count reads the index alone
    only where the visibility map is fresh.
    """
    with staff_context():
        return services.catch_up_counts(today=timezone.localdate())


@shared_task
def work_imports() -> None:
    """Check or import the files that wait (each minute, and at once when a person waits).

    Twice or in parallel is harmless: a file is locked while it is worked on and others skip it;
    a worker that dies leaves it waiting.
    """
    with staff_context():
        queued = import_queue.queued()
    for organization_id, number in queued:
        try:
            _work_one(organization_id, number)
        except Exception:  # whatever it is, the files behind this one must not wait for it
            logger.exception("import %s was not done", number)


def _work_one(organization_id: int, number: int) -> None:
    with tenant_context(organization_id):
        worth_it = import_queue.begin(number=number, at=timezone.now())
        send_mail_soon()
    if not worth_it:
        return
    with tenant_context(organization_id):
        import_queue.work(
            number=number,
            on=timezone.localdate(),
            at=timezone.now(),
            told=functools.partial(import_progress.tell, number),
        )
        send_mail_soon()


def work_imports_soon() -> None:
    """Have the files that wait worked on as soon as this transaction stands; for doors (fact C4).

    A broker that is down costs a minute, until the next beat, and never the page.
    """
    transaction.on_commit(_enqueue)


def _enqueue() -> None:
    try:
        work_imports.apply_async(retry=False)
    except OperationalError as error:
        logger.warning("imports wait for the next beat: %s", error)


@shared_task
def empty_old_files() -> int:
    """Forget the files of a week ago (03:30). Twice is harmless: an empty file is passed by."""
    with staff_context():
        return import_queue.empty_old_files(at=timezone.now())
