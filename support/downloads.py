"""A kept file as an answer: always a download, never a page of ours."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from support.models import Attachment


def download(file: Attachment) -> HttpResponse:
    """Return a file to be saved: nothing in it runs here, nobody keeps a copy on the way."""
    return HttpResponse(
        bytes(file.content),
        content_type=file.media_type,
        headers={
            "Content-Disposition": content_disposition_header(
                as_attachment=True, filename=file.name
            ),
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )
