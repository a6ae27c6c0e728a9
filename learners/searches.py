"""How a search compares words: without capitals or accents, in any order.

Under row-level security no index serves it (fact L13 of docs/tenancy.md): it reads the rows of one
organization, which are few enough. An exact address or code is asked for first, by its index.
"""

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Concat, Lower

LONGEST = 100
PLAIN_LETTERS = str.maketrans(
    "àâäáãåçéèêëíìîïñóòôöõúùûüýÿÀÂÄÁÃÅÇÉÈÊËÍÌÎÏÑÓÒÔÖÕÚÙÛÜÝŸ’",
    "aaaaaaceeeeiiiinooooouuuuyyAAAAAACEEEEIIIINOOOOOUUUUYY'",
)
ACCENTED = "".join(map(chr, PLAIN_LETTERS))
PLAIN = "".join(map(chr, PLAIN_LETTERS.values()))


def asked(text: str) -> str:
    """Return a query as typed, without what a database cannot hold, cut where nobody reads on."""
    return text.replace("\0", "").strip()[:LONGEST]


def searched(*fields: str) -> Func:
    """Return some columns as one text, to be compared with `matching`."""
    parts = [part for field in fields for part in (F(field), Value(" "))]
    letters = TextField()
    text = Concat(*parts, output_field=letters)
    plain = Func(text, Value(ACCENTED), Value(PLAIN), function="translate", output_field=letters)
    return Lower(plain)


def matching(query: str) -> Q:
    """Return the condition that `searched` holds every word of a query."""
    words = query.translate(PLAIN_LETTERS).lower().split()
    return Q(*(Q(searched__contains=word) for word in words))
