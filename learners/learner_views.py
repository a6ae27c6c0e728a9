"""The pages of learners: the list, one person, a name corrected, two rows made one."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import role_required
from accounts.roles import READS_LEARNERS, WRITES_LEARNERS
from learners import identities
from learners.learner_forms import MergeForm, NameForm
from learners.learner_pages import learner_card, learner_list
from learners.models import Learner
from learners.refusals import REFUSALS, reason
from learners.rehearsal import rehearse
from learners.searches import asked
from learners.selectors import count_on
from learners.session_pages import page_number

reader_required = role_required(*READS_LEARNERS)
writer_required = role_required(*WRITES_LEARNERS)


@transaction.non_atomic_requests  # it only reads; the middleware's transaction is around it
@reader_required
@require_safe
@never_cache
def index(request):
    """List the learners, or those who are searched."""
    organization, today = request.membership.organization, timezone.localdate()
    found = learner_list(
        organization,
        on=today,
        query=asked(request.GET.get("q", "")),
        number=page_number(request.GET.get("page", "")),
    )
    context = {"list": found, "count": count_on(organization, on=today)}
    return render(request, "learners/learners.html", context)


@transaction.non_atomic_requests  # it only reads; the middleware's transaction is around it
@reader_required
@require_safe
@never_cache
def learner_page(request, learner):
    """Show one learner with their sessions; one who was merged leads to the other."""
    found = _found(request, learner)
    if found.merged_into_id:
        return redirect("learner", found.merged_into_id)
    return _learner_page(request, learner)


def _learner_page(request, key: int, *, status: int = 200, **bound):
    """Render a learner; a form that was refused stands in `bound` under its name."""
    number = page_number(request.GET.get("page", ""))
    card = learner_card(
        request.membership.organization, key, on=timezone.localdate(), number=number
    )
    name = {"first_name": card.learner.first_name, "last_name": card.learner.last_name}
    context = {
        "card": card,
        "may_write": request.membership.role in WRITES_LEARNERS,
        "form": next(iter(bound.values()), None),
        "naming": NameForm(initial=name),
        "merging": MergeForm(),
    }
    return render(request, "learners/learner.html", context | bound, status=status)


def _found(request, key: int) -> Learner:
    rows = Learner.objects.for_organization(request.membership.organization)
    try:
        return rows.select_related("organization").get(pk=key)
    except Learner.DoesNotExist:
        raise Http404 from None


@writer_required
@require_POST
def rename(request, learner):
    """Correct a name."""
    found, form = _found(request, learner), NameForm(request.POST)
    if not form.is_valid():
        return _learner_page(request, learner, naming=form, status=422)
    identities.rename_learner(learner=found, by=request.user, **form.cleaned_data)
    messages.success(request, _("Nom enregistré."))
    return redirect("learner", learner)


@writer_required
@require_POST
@never_cache
def merge(request, learner):
    """Show what merging another learner into this one changes; on confirmation do it."""
    kept, form = _found(request, learner), MergeForm(request.POST)
    duplicate = form.is_valid() and _of_address(request, form.cleaned_data["duplicate"])
    if not duplicate:
        if form.is_valid():
            form.add_error("duplicate", _("Aucun apprenant n’a cette adresse."))
        return _learner_page(request, learner, merging=form, status=422)
    try:
        return _merged(request, kept, duplicate, form)
    except REFUSALS as refused:
        form.add_error(*reason(refused))
        return _learner_page(request, learner, merging=form, status=422)


def _of_address(request, email: str) -> Learner | None:
    rows = Learner.objects.for_organization(request.membership.organization)
    return rows.filter(email=email).first()


def _merged(request, kept: Learner, duplicate: Learner, form: MergeForm):
    today = timezone.localdate()

    def deed():
        return identities.merge_learners(kept=kept, duplicate=duplicate, on=today, by=request.user)

    if request.POST.get("deed") != "confirm":
        effect = rehearse(deed, organization=kept.organization, on=today)
        context = {"kept": kept, "duplicate": duplicate, "effect": effect, "merging": form}
        return render(request, "learners/learner_merge.html", context)
    deed()
    said = _("Fiches fusionnées : %(email)s inscrit désormais cette personne.")
    messages.success(request, said % {"email": duplicate.email})
    return redirect("learner", kept.pk)
