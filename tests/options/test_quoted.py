"""An option that is not self-service: who asks for a quote, who shows an interest."""

import pytest
from django.urls import reverse

from accounts.tenancy import staff_context
from support.models import Request
from tests.options.pages import words, written

BADGES = "micro-certification"
SUBSCRIBE = reverse("option-subscribe", args=[BADGES])
ASK = f"{reverse('ask-plan-change', args=['equipe'])}?when=now&options={BADGES}"


@pytest.mark.parametrize("name", ["alice", "adam"])
def test_the_button_leads_to_a_quote_with_the_same_plan(enter, name):
    client = enter(name)

    pages = [client.get(address) for address in (reverse("my-subscription"), ASK)]
    detail = client.get(reverse("option", args=[BADGES]))
    answer = client.get(SUBSCRIBE)

    assert [page.status_code for page in pages] == [200, 200]
    for page in (pages[0], detail):
        assert f'href="{ASK.replace("&", "&amp;")}"' in page.content.decode()
        assert "Demander un devis" in words(page)
    assert (answer.status_code, answer.url) == (302, ASK)


def test_the_quote_asked_keeps_the_plan_and_the_commitment(team, enter):
    alice = enter("alice")
    page = alice.get(ASK)

    answer = alice.post(
        reverse("ask-plan-change", args=["equipe"]),
        {"commitment": "monthly", "when": "now", "options": [BADGES], "message": ""},
    )

    assert "15,47 €" in words(page)  # 16 days of 30, at 29,00 € a month
    with staff_context():
        asked = Request.objects.get()
        assert answer.url == reverse("request", args=[asked.reference])
        assert (asked.kind, asked.plan.code, asked.commitment, asked.when, asked.options) == (
            "plan_change",
            "equipe",
            "monthly",
            "now",
            [BADGES],
        )


def test_a_form_of_before_is_told_how_to_ask(team, enter):
    answer = enter("alice").post(SUBSCRIBE, {"key": "0" * 32})

    assert answer.status_code == 409
    assert "Cette option se vend sur devis" in words(answer)
    assert f'href="{ASK.replace("&", "&amp;")}"' in answer.content.decode()
    assert written(team) == (2, 1, 0)


def test_a_sales_rep_shows_an_interest(team, enter):
    sam = enter("sam")

    page, answer = sam.get(SUBSCRIBE), sam.post(SUBSCRIBE)

    assert "Transmettre votre intérêt au support ?" in words(page)
    assert (answer.status_code, answer.url) == (302, reverse("my-subscription"))
    assert written(team) == (2, 1, 1)
