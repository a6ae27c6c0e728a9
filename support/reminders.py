"""What the morning writes: quotes about to end, and what waits for the desk."""

from datetime import date, datetime, timedelta

from support import emails
from support.measures import daily_figures
from support.models import Quote
from support.working_time import is_working_day

DAYS_BEFORE_END = 3


def remind_of_quotes(*, on: date) -> int:
    """Write to each owner whose quote ends within three days (devis-rappel); return how many.

    Staff scope. A quote is reminded once, whatever the runs: late, twice or at once, the mail of
    its version is the same row. One that was sent this very day is not reminded.
    """
    ending = Quote.objects.filter(
        status=Quote.Status.SENT,
        valid_until__gte=on,
        valid_until__lte=on + timedelta(days=DAYS_BEFORE_END),
        request__state="quoted",
        request__moved_at__date__lt=on,
    ).select_related("request__organization", "plan__component")
    for quote in ending:
        emails.quote_ends(quote.request, quote)
    return len(ending)


def tell_desk(*, on: date, at: datetime) -> bool:
    """Write to support what waits for them (support-quotidien); return whether something does.

    Staff scope. On working days, once a day, nothing when nothing waits.
    """
    figures = daily_figures(on=on, at=at) if is_working_day(on) else None
    if not figures:
        return False
    emails.desk_day(figures, on=on)
    return True
