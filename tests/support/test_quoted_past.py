import time

import pytest
from hypothesis import given
from hypothesis import settings as proof
from hypothesis import strategies as st

from support.quoted_past import LONGEST_READ, said
from tests.proving import examples

GMAIL = """Oui pour le 9 décembre.

Le lun. 23 nov. 2026 à 10:00, Digiforma <
reply+d-2026-0412-5-aa@reponses.example> a écrit :

> Bonjour,
> Pour quand ?
"""
APPLE = """Oui.

Envoyé de mon iPhone

> Le 23 nov. 2026 à 10:00, Digiforma <abonnement@digiforma.example> a écrit :
>
> Bonjour
"""
OUTLOOK = """Bonjour,

D’accord pour trois postes.

Cordialement,
Claire Ravel
02 40 00 00 00

De : Digiforma <abonnement@digiforma.example>
Envoyé : lundi 23 novembre 2026 10:00
À : Claire Ravel
Objet : Le support vous a répondu

Bonjour, pour quand ?
"""
OUTLOOK_ON_A_PHONE = """D’accord.

________________________________
De: Digiforma <abonnement@digiforma.example>
Envoyé: lundi 23 novembre 2026 10:00
À: Claire

Bonjour, pour quand ?
"""
THUNDERBIRD = "Oui.\n\nLe 23/11/2026 à 10:00, Digiforma a écrit :\n> Bonjour\n"
ENGLISH = "Yes.\n\nOn Mon, Nov 23, 2026 at 10:00 AM Digiforma <a@b.fr>\nwrote:\n> hi\n"
OLD_OUTLOOK = "Oui.\n\n-----Message d'origine-----\nDe : Digiforma\nBonjour\n"
BELOW = "Le 23 nov. 2026, Digiforma <a@b.fr> a écrit :\n> Pour quand ?\n\nPour lundi.\n"
BETWEEN = "> Pour quand ?\nLundi.\n> Combien ?\nTrois.\n"
LIST = "Il nous faut :\n- trois postes\n- deux salles\nMerci"
SENTENCE = "Bonjour,\nBonne réception de votre devis, mais il manque une ligne.\nÀ corriger."
CLIENT = "Le client a écrit :\nje veux 3 postes"
FORWARDED = "Voici.\n\n---------- Forwarded message ---------\nDe : OPCO\nDate : lundi\n\nD’accord."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GMAIL, "Oui pour le 9 décembre."),
        (APPLE, "Oui."),
        (OUTLOOK, "Bonjour,\n\nD’accord pour trois postes."),
        (OUTLOOK_ON_A_PHONE, "D’accord."),
        (THUNDERBIRD, "Oui."),
        (ENGLISH, "Yes."),
        (OLD_OUTLOOK, "Oui."),
        (BELOW, "Pour lundi."),
        (BETWEEN, "Lundi.\n> Combien ?\nTrois."),
        ("Oui.\n-- \nClaire\nRavel Formation", "Oui."),
        (LIST, LIST),
        (SENTENCE, SENTENCE),
        (CLIENT, CLIENT),
        (FORWARDED, FORWARDED),
        ("Cordialement", "Cordialement"),
        ("> seulement\n> cité", "> seulement\n> cité"),
        ("", ""),
    ],
)
def test_what_is_said_is_kept_and_the_past_is_not(text, expected):
    assert said(text) == expected


def test_a_long_text_below_a_closing_word_is_no_signature():
    text = "Bonjour,\nCordialement,\n" + "\n".join(f"ligne {number}" for number in range(20))

    assert said(text) == text


@proof(max_examples=examples(200, 5_000), deadline=None)
@given(st.text(max_size=400))
def test_a_mail_that_says_something_is_never_emptied(text):
    assert bool(said(text)) == bool(text.strip())


@pytest.mark.parametrize(
    "line",
    [
        "\n",
        "Le \n",
        "Le 2 ",
        "On 3 wrote\n",
        "De :\n",
        "cordialement\n",
        ">",
        "> > \n",
        "- \n",
        "_",
    ],
)
def test_no_mail_takes_longer_than_its_length(line):
    began = time.process_time()

    said(line * (LONGEST_READ // len(line)))

    assert time.process_time() - began < 5
