"""What one view of a page costs: its statements, its weight, its elements, against a budget."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser

from django.db import connection

MOST_QUERIES = 12  # session, person, membership and scope included
MOST_NODES = 800
MOST_COMPRESSED = 25 * 1024


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect all that goes to the database, savepoints and settings of the scope included."""
    sent = []

    def note(execute, sql, params, many, context):
        sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent


class Counter(HTMLParser):
    """Counts the elements of a page."""

    nodes = 0

    def handle_starttag(self, tag, attrs):
        self.nodes += 1


def weigh(response, sent: list[str]) -> str:
    """Hold a page against its budget and return its figures."""
    counter = Counter()
    counter.feed(response.text)
    weight = len(gzip.compress(response.content, 6))
    assert response.status_code == 200
    assert len(sent) <= MOST_QUERIES, "\n".join(sent)
    assert weight <= MOST_COMPRESSED
    assert counter.nodes <= MOST_NODES
    return f"{len(sent)} queries, {weight} bytes, {counter.nodes} nodes"
