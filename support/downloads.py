"""A kept file as an answer: always a download, never a page of ours."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from support.models import Attachment


def download(file: Attachment) -> HttpResponse:
    """Return a kept file to be saved."""
    return saved(bytes(file.content), name=file.name, media_type=file.media_type)


def saved(content: bytes, *, name: str, media_type: str) -> HttpResponse:
    """Return bytes to be saved: nothing in them runs here, nobody keeps a copy on the way."""
    return HttpResponse(
        content,
        content_type=media_type,
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=name),
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )
