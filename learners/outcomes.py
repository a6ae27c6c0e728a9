"""What a deed on enrolments did, in words that say what counts (R14)."""

from django.utils.translation import ngettext

from learners.models import Status, TrainingSession


def left_text(becoming: Status, number: int) -> str:
    """Tell that learners left, or will not come."""
    if becoming == Status.CANCELLED:
        return ngettext(
            "%(number)d inscription annulée : elle ne compte pas.",
            "%(number)d inscriptions annulées : elles ne comptent pas.",
            number,
        ) % {"number": number}
    return ngettext(
        "%(number)d départ noté : l’inscription compte toujours.",
        "%(number)d départs notés : les inscriptions comptent toujours.",
        number,
    ) % {"number": number}


def changed_text(
    session: TrainingSession, target: TrainingSession, number: int, *, was_started: bool
) -> str:
    """Tell that learners went from a session to another: both count them once it was started."""
    told = {"number": number, "from": session.code, "to": target.code}
    if was_started:
        return (
            ngettext(
                "%(number)d apprenant passé à %(to)s. Il compte aussi toujours pour %(from)s, "
                "qui avait commencé.",
                "%(number)d apprenants passés à %(to)s. Ils comptent aussi toujours pour %(from)s, "
                "qui avait commencé.",
                number,
            )
            % told
        )
    return (
        ngettext(
            "%(number)d apprenant passé à %(to)s. Il ne compte plus pour %(from)s.",
            "%(number)d apprenants passés à %(to)s. Ils ne comptent plus pour %(from)s.",
            number,
        )
        % told
    )
