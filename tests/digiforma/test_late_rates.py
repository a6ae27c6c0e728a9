"""Late-payment rates come from the environment, dated; nonsense stops the start."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured

from digiforma.settings import dated_percents


def test_dated_percents_are_read_in_the_order_of_their_days(monkeypatch):
    monkeypatch.setenv("RATES", "2026-07-01=14.4, 2026-01-01=15")

    assert dated_percents("RATES", "") == (
        (date(2026, 1, 1), Decimal(15)),
        (date(2026, 7, 1), Decimal("14.4")),
    )


@pytest.mark.parametrize(
    "text", ["", "15", "2026-01-01", "2026-13-01=15", "2026-01-01=NaN", "2026-01-01=-1", "x=15"]
)
def test_dated_percents_refuse_what_is_no_rate(monkeypatch, text):
    monkeypatch.setenv("RATES", text)

    with pytest.raises(ImproperlyConfigured):
        dated_percents("RATES", "2023-01-01=15")
