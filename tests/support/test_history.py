import pytest

from accounts.models import User
from support.history import line, sentence
from support.models import RequestEvent
from support.workflow import steps

LEA = User(first_name="Léa", last_name="Marchand")


def event(before: str = "", after: str = "new", **fields) -> RequestEvent:
    return RequestEvent(from_state=before, to_state=after, **{"actor": LEA, **fields})


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (event(), ("", "demande créée")),
        (event("new", "priced"), ("", "statut Nouvelle → Chiffrée")),
        (
            event("priced", "quoted"),
            ("Léa Marchand a envoyé le devis", "statut Chiffrée → Devis envoyé"),
        ),
        (
            event("quoted", "new"),
            ("Léa Marchand n’a pas retenu le devis", "statut Devis envoyé → Nouvelle"),
        ),
        (
            event("handed_over", "priced"),
            ("Léa Marchand a renvoyé la demande", "statut Transmise → Chiffrée"),
        ),
        (
            event("refused", "new"),
            ("Léa Marchand a rouvert la demande", "statut Refusée → Nouvelle"),
        ),
        (
            event("quoted", "expired", actor=None),
            ("Le devis a expiré", "statut Devis envoyé → Expirée"),
        ),
        (
            event("new", "closed", actor=None),
            ("Le moteur a clos la demande", "statut Nouvelle → Close"),
        ),
        (
            event("new", deed="assigned", note="Samir Benali"),
            ("Léa Marchand a assigné la demande à Samir Benali", "assignée à Samir Benali"),
        ),
        (
            event("new", deed="assigned", note="Léa Marchand"),
            ("Léa Marchand a pris la demande", "assignée à Léa Marchand"),
        ),
        (
            event("quoted", "quoted", deed="reminded"),
            ("Léa Marchand a relancé le client", "relance"),
        ),
        (event("new", deed="called"), ("", "appel noté")),
        (
            event("new", deed="interested"),
            ("Léa Marchand a signalé son intérêt", "intérêt signalé"),
        ),
    ],
)
def test_an_event_is_told_in_the_conversation_and_in_the_history(told, expected):
    assert (sentence(told), line(told)) == expected


def test_every_state_that_is_entered_has_its_words():
    for before, after in steps():
        assert line(event(before, after))
        sentence(event(before, after))
