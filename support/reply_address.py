"""The address that an answer by mail goes to: it names a request and its reader, and is signed.

`reply+d-2026-0412-h5-1f0c…@reponses.digiforma.example`. Mail servers may lower the case of an
address and cut its local part after 64 characters, so it is lower-case and shorter than that.
"""

import re

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

LONGEST_LOCAL_PART = 64
SIGNED = 24  # hexadecimal digits: 96 bits
SALT = "support.reply_address"
LOCAL_PART = re.compile(r"reply\+(d-[0-9]{4}-[0-9]{4,9})-([0-9]{1,18})-([0-9a-f]{24})")


def reply_address(reference: str, reader_id: int) -> str:
    """Return where a reader of a request answers by mail; empty while no domain receives any."""
    if not settings.REPLY_DOMAIN:
        return ""
    named = f"{reference.lower()}-{reader_id}"
    return f"reply+{named}-{_signature(named, settings.SECRET_KEY)}@{settings.REPLY_DOMAIN}"


def read(address: str) -> tuple[str, int] | None:
    """Return the reference and the reader that an address names; None unless we signed it.

    A key that was replaced still reads what it signed while it stays among the fallbacks.
    """
    local_part, _at, domain = address.strip().lower().rpartition("@")
    parts = LOCAL_PART.fullmatch(local_part)
    if parts is None or not settings.REPLY_DOMAIN or domain != settings.REPLY_DOMAIN.lower():
        return None
    reference, reader_id, signature = parts.groups()
    named = f"{reference}-{reader_id}"
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if not any(constant_time_compare(signature, _signature(named, key)) for key in keys):
        return None
    return reference.upper(), int(reader_id)


def _signature(named: str, key: str) -> str:
    return salted_hmac(SALT, named, secret=key, algorithm="sha256").hexdigest()[:SIGNED]
