"""The pages of training sessions: the list, one session, what is done to it and its learners."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import role_required
from accounts.roles import READS_LEARNERS, WRITES_LEARNERS
from learners import enrollments, gate, sessions
from learners.models import Enrollment, TrainingSession
from learners.outcomes import changed_text, left_text
from learners.refusals import REFUSALS, reason
from learners.rehearsal import rehearse
from learners.rolling_year import leaves_on
from learners.searches import asked
from learners.selectors import count_on
from learners.session_forms import DatesForm, EnrollForm, PickForm, SessionForm, TitleForm
from learners.session_pages import next_code, page_number, session_card, session_list

reader_required = role_required(*READS_LEARNERS)
writer_required = role_required(*WRITES_LEARNERS)
NEAR = "near"  # a message shown beside the form that it answers


@transaction.non_atomic_requests  # it only reads; the middleware's transaction is around it
@reader_required
@require_safe
@never_cache
def index(request):
    """List the sessions; the owner and the administrators open one beside."""
    return _list_page(request, _new_form(request))


@writer_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def add(request):
    """Open a session, then enrol in it."""
    if request.method != "POST":
        return _list_page(request, _new_form(request))
    form = SessionForm(request.POST, today=timezone.localdate())
    if form.is_valid():
        try:
            session = sessions.create_session(
                organization=request.membership.organization, by=request.user, **form.cleaned_data
            )
        except sessions.CodeTaken:
            form.add_error("code", _("Une autre session a ce code : choisissez-en un autre."))
        else:
            said = _("Session %(code)s créée. Elle ne compte rien avant son premier jour.")
            messages.success(request, said % {"code": session.code})
            return _ready_to_enroll(session.pk)
    return _list_page(request, form, status=422)


def _ready_to_enroll(key: int):
    """Lead to a session with the focus in the e-mail, for the next one to enrol."""
    return redirect(reverse("session", args=[key]) + "#id_email")


def _new_form(request) -> SessionForm | None:
    if request.membership.role not in WRITES_LEARNERS:
        return None
    today = timezone.localdate()
    code = next_code(request.membership.organization, year=today.year)
    return SessionForm(today=today, initial={"code": code})


def _list_page(request, form: SessionForm | None, *, status: int = 200):
    organization, today = request.membership.organization, timezone.localdate()
    context = {
        "list": _list(request),
        "form": form,
        "count": count_on(organization, on=today),
        "may_write": request.membership.role in WRITES_LEARNERS,
    }
    return render(request, "learners/sessions.html", context, status=status)


def _list(request, *, shown: int = 0):
    return session_list(
        request.membership.organization,
        on=timezone.localdate(),
        query=asked(request.GET.get("q", "")),
        number=page_number(request.GET.get("page", "")),
        shown=shown,
    )


@transaction.non_atomic_requests  # it only reads; the middleware's transaction is around it
@reader_required
@require_safe
@never_cache
def session_page(request, session):
    """Show one session, what it counts, who is enrolled."""
    return _session_page(request, session)


def _session_page(request, key: int, *, status: int = 200, **bound):
    """Render a session; a form that was refused stands in `bound` under its name."""
    organization, today = request.membership.organization, timezone.localdate()
    number = page_number(request.GET.get("learners", ""))
    try:
        card = session_card(organization, key, on=today, number=number)
    except TrainingSession.DoesNotExist:
        raise Http404 from None
    count = count_on(organization, on=today)
    session = card.session
    context = {
        "list": _list(request, shown=key),
        "card": card,
        "count": count,
        "count_without": count - card.counted_today,
        "may_write": request.membership.role in WRITES_LEARNERS,
        "closed": gate.closed(organization, count=count, on=today),
        "form": next(iter(bound.values()), None),
        "dates": DatesForm(
            today=today, initial={"starts_on": session.starts_on, "ends_on": session.ends_on}
        ),
        "naming": TitleForm(initial={"title": session.title}),
        "enrolling": EnrollForm(),
        "picking": PickForm(today=today, initial={"on": today}),
    }
    return render(request, "learners/session.html", context | bound, status=status)


def _found(request, key: int) -> TrainingSession:
    rows = TrainingSession.objects.for_organization(request.membership.organization)
    try:
        return rows.select_related("organization").get(pk=key)
    except TrainingSession.DoesNotExist:
        raise Http404 from None


@writer_required
@require_POST
def rename(request, session):
    """Correct the title."""
    found, form = _found(request, session), TitleForm(request.POST)
    if not form.is_valid():
        return _session_page(request, session, naming=form, status=422)
    sessions.rename_session(session=found, title=form.cleaned_data["title"], by=request.user)
    messages.success(request, _("Intitulé enregistré."))
    return redirect("session", session)


@writer_required
@require_POST
@never_cache
def move(request, session):
    """Show what a move changes in the count; on confirmation move the session."""
    found, today = _found(request, session), timezone.localdate()
    form = DatesForm(request.POST, today=today)
    if not form.is_valid():
        return _session_page(request, session, dates=form, status=422)

    def deed() -> int:
        moved = sessions.move_session(session=found, by=request.user, **form.cleaned_data)
        return moved.enrollments.filter(counted=True).count()

    if request.POST.get("deed") != "confirm":
        effect = rehearse(deed, organization=found.organization, on=today)
        card = session_card(found.organization, session, on=today)
        context = {
            "card": card,
            "effect": effect,
            "dates": form,
            "leaves_on": leaves_on(form.cleaned_data["starts_on"]),
        }
        return render(request, "learners/session_move.html", context)
    deed()
    messages.success(request, _("Session déplacée. Ses inscriptions suivent la nouvelle date."))
    return redirect("session", session)


@writer_required
@require_POST
def cancel(request, session):
    """Cancel a session; a button takes it back."""
    sessions.cancel_session(session=_found(request, session), by=request.user)
    said = _("Session annulée : ses inscriptions ne comptent plus. Vous pouvez la rétablir.")
    messages.success(request, said)
    return redirect("session", session)


@writer_required
@require_POST
def restore(request, session):
    """Take a cancellation back."""
    sessions.restore_session(session=_found(request, session), by=request.user)
    messages.success(request, _("Session rétablie : ses inscriptions comptent de nouveau."))
    return redirect("session", session)


@writer_required
@require_POST
def enroll(request, session):
    """Enrol somebody by e-mail, and be ready for the next."""
    found, form = _found(request, session), EnrollForm(request.POST)
    if form.is_valid():
        try:
            enrollment = enrollments.enroll_by_email(
                session=found,
                email=form.cleaned_data["email"],
                name=form.name,
                on=timezone.localdate(),
                by=request.user,
            )
        except REFUSALS as refused:
            form.add_error(*reason(refused, found))
        else:
            name = str(enrollment.learner).strip() or enrollment.learner.email
            said = _("%(name)s : inscription enregistrée.") % {"name": name}
            messages.success(request, said, extra_tags=NEAR)
            return _ready_to_enroll(session)
    return _session_page(request, session, enrolling=form, status=422)


@writer_required
@require_POST
def pick(request, session):
    """Do one thing to the learners who are ticked, or enrol one of them again."""
    found, again = _found(request, session), request.POST.get("again", "")
    if again:
        return _enroll_again(request, found, again)
    form = PickForm(request.POST, today=timezone.localdate())
    if form.is_valid():
        try:
            said = _picked(request, found, form)
        except REFUSALS as refused:
            form.add_error(*reason(refused, found))
        else:
            messages.success(request, said)
            return redirect("session", session)
    return _session_page(request, session, picking=form, status=422)


def _picked(request, session: TrainingSession, form: PickForm) -> str:
    """Do what the button says, and return the words for it. Raises one of REFUSALS."""
    told = {
        "session": session,
        "enrollments": form.cleaned_data["enrollment"],
        "on": form.cleaned_data["on"],
        "by": request.user,
    }
    if form.becoming:
        number = len(enrollments.leave(becoming=form.becoming, **told))
        return left_text(form.becoming, number)
    target = enrollments.session_of_code(
        organization=session.organization, code=form.cleaned_data["target"]
    )
    number = len(enrollments.change_session(target=target, **told))
    return changed_text(session, target, number, was_started=told["on"] >= session.starts_on)


def _enroll_again(request, session: TrainingSession, key: str):
    try:
        enrollments.enroll_again(
            session=session,
            enrollment=int(key) if key.isascii() and key.isdigit() else 0,
            on=timezone.localdate(),
            by=request.user,
        )
    except Enrollment.DoesNotExist:
        raise Http404 from None
    except REFUSALS as refused:
        messages.error(request, reason(refused, session)[1])
    else:
        messages.success(request, _("Inscription rétablie."))
    return redirect("session", session.pk)
