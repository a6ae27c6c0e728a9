"""Read the issued documents again and tell what was tampered with (R12)."""

from collections.abc import Iterator

from subscriptions.chain import document_hash
from subscriptions.models import Invoice, NumberSeries

BATCH = 1000


def tampered() -> Iterator[str]:
    """Yield a sentence for each break in a series: a gap, a changed document, a cut chain.

    Reads every document of every series, in order. Staff scope.
    """
    for series in NumberSeries.objects.select_related("seller").order_by("seller", "name"):
        yield from _in_series(series)


def _in_series(series: NumberSeries) -> Iterator[str]:
    expected, previous_hash = series.first, ""
    documents = (
        Invoice.objects.filter(seller=series.seller, series=series.name)
        .prefetch_related("lines")
        .order_by("sequence")
    )
    for invoice in documents.iterator(chunk_size=BATCH):
        if invoice.sequence != expected:
            yield f"{series.name} : {invoice.number} suit le numéro {expected - 1}"
        if invoice.previous_hash != previous_hash:
            yield f"{invoice.number} : la chaîne est rompue avec le document précédent"
        rows = sorted(invoice.lines.all(), key=lambda row: row.position)
        if invoice.hash != document_hash(invoice, rows):
            yield f"{invoice.number} : le contenu ne correspond plus à son empreinte"
        expected, previous_hash = invoice.sequence + 1, invoice.hash
    if series.last != expected - 1:
        yield f"{series.name} : le compteur dit {series.last}, le dernier document {expected - 1}"
    if series.last_hash != previous_hash:
        yield f"{series.name} : la dernière empreinte n’est pas celle du compteur"
