import pytest

from subscriptions.reductions import renamed


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("Fidélité [pending 12]", "Fidélité [pending 57]"),
        ("Fidélité [pending 1]", "Fidélité [pending 8]"),
        ("Devis D-2026-0001, version 1 : geste [D-2026-0001 v1]", None),
        ("[pending 12] de la main de quelqu’un", None),
        ("Un geste", None),
    ],
)
def test_a_copy_renames_the_operation_of_a_discount(reason, expected):
    operations = {"pending 1": "pending 8", "pending 12": "pending 57"}

    assert renamed(reason, operations) == (expected or reason)
