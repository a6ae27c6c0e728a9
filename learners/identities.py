"""Who learners are: a name corrected, two addresses that are one person (R14)."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from accounts.services import record
from learners import bulk_import
from learners.models import Enrollment, Learner, Status


@transaction.atomic
def rename_learner(
    *, learner: Learner, first_name: str, last_name: str, by: User | None
) -> Learner:
    """Correct somebody's name; the journal keeps whose, not the name itself."""
    rows = Learner.objects.select_related("organization")
    learner = rows.select_for_update(of=("self",), no_key=True).get(pk=learner.pk)
    if (learner.first_name, learner.last_name) != (first_name, last_name):
        learner.first_name, learner.last_name = first_name, last_name
        learner.save(update_fields=["first_name", "last_name"])
        organization = learner.organization
        record(organization=organization, actor=by, action="learner renamed", learner=learner.pk)
    return learner


class SameLearner(Exception):
    """Somebody cannot be merged into the same row."""


class AlreadyMerged(Exception):
    """One of the two stands for nobody any more."""

    def __init__(self, learner: Learner):
        super().__init__(learner.email)
        self.learner = learner


@dataclass(frozen=True, slots=True)
class Merged:
    """How many enrolments went to the kept learner, how many were there twice."""

    moved: int
    doubled: int


@transaction.atomic
def merge_learners(*, kept: Learner, duplicate: Learner, on: date, by: User | None) -> Merged:
    """Give the duplicate's enrolments to the kept learner, whom both addresses enrol from then on.

    In a session where both are, the better enrolment stays (cancelled and enrolled is enrolled)
    and the other counts nothing: it is marked MERGED. Raises SameLearner, AlreadyMerged.
    """
    if kept.pk == duplicate.pk:
        raise SameLearner
    organization = kept.organization
    bulk_import.lock(organization)
    kept, duplicate = _locked(kept, duplicate)
    moved, doubled = _join(kept, duplicate, on)
    Learner.objects.filter(merged_into=duplicate).update(merged_into=kept)
    duplicate.merged_into = kept
    duplicate.save(update_fields=["merged_into"])
    told = {"kept": kept.pk, "duplicate": duplicate.pk, "moved": moved, "doubled": doubled}
    record(organization=organization, actor=by, action="learners merged", **told)
    return Merged(moved, doubled)


def _locked(kept: Learner, duplicate: Learner) -> tuple[Learner, Learner]:
    """Lock the two and those merged into the duplicate, by their keys. Raises AlreadyMerged."""
    wanted = Q(pk__in=[kept.pk, duplicate.pk]) | Q(merged_into=duplicate)
    rows = Learner.objects.filter(wanted).select_for_update(of=("self",)).order_by("pk")
    found = {learner.pk: learner for learner in rows}
    kept, duplicate = found[kept.pk], found[duplicate.pk]
    for each in (kept, duplicate):
        if each.merged_into_id:
            raise AlreadyMerged(each)
    return kept, duplicate


def _join(kept: Learner, duplicate: Learner, on: date) -> tuple[int, int]:
    """Move or mark each enrolment of the duplicate; return how many of each."""
    rows = Enrollment.objects.filter(learner__in=[kept, duplicate]).order_by("pk")
    rows = list(rows.select_for_update(of=("self",)))
    here = {each.session_id: each for each in rows if each.learner_id == kept.pk}
    moved = doubled = 0
    for each in rows:
        if each.learner_id == kept.pk:
            continue
        if each.session_id in here:
            _keep_better(here[each.session_id], each, on)
            doubled += 1
        else:
            Enrollment.objects.filter(pk=each.pk).update(learner=kept)
            moved += 1
    return moved, doubled


def _keep_better(kept: Enrollment, double: Enrollment, on: date) -> None:
    if _rank(double) > _rank(kept):
        kept.status, kept.left_on = double.status, double.left_on
        kept.save(update_fields=["status", "left_on"])
    double.status, double.left_on = Status.MERGED, on
    double.save(update_fields=["status", "left_on"])


def _rank(enrollment: Enrollment) -> tuple[bool, bool, date | None]:
    """Order enrolments of one session: enrolled, then what counts, then who left last."""
    is_enrolled = enrollment.status == Status.ENROLLED
    return is_enrolled, enrollment.counted, enrollment.left_on
