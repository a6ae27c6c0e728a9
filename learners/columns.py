"""The columns of a file of enrolments: ours, what people call them, which is which."""

import unicodedata
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learners.csv_text import FileRefused, shown

COLUMNS = {  # the column's French name, the field of EnrollmentRow
    "session": "session_code",
    "intitule": "title",
    "debut": "starts_on",
    "fin": "ends_on",
    "email": "email",
    "nom": "last_name",
    "prenom": "first_name",
    "statut": "status",
    "annule_le": "left_on",
}
LABELS = {
    "session": gettext_lazy("Code de la session"),
    "intitule": gettext_lazy("Intitulé"),
    "debut": gettext_lazy("Premier jour"),
    "fin": gettext_lazy("Dernier jour"),
    "email": gettext_lazy("E-mail"),
    "nom": gettext_lazy("Nom"),
    "prenom": gettext_lazy("Prénom"),
    "statut": gettext_lazy("Statut"),
    "annule_le": gettext_lazy("Annulée ou abandonnée le"),
}
OPTIONAL = {"annule_le"}  # a file without one holds nobody who left: a line that does says so
SYNONYMS = {
    "session": "code code_session code_de_la_session ref_session reference_session id_session "
    "numero_session n_session session_id",
    "intitule": "titre formation intitule_formation intitule_de_la_formation nom_formation module "
    "nom_de_la_formation intitule_session titre_session stage programme",
    "debut": "date_debut date_de_debut debut_session debut_le date_debut_session premier_jour du "
    "start start_date date_de_debut_de_session",
    "fin": "date_fin date_de_fin fin_session fin_le date_fin_session dernier_jour au end end_date "
    "date_de_fin_de_session",
    "email": "e_mail mail courriel adresse_email adresse_e_mail adresse_mail adresse_electronique "
    "email_apprenant e_mail_apprenant mel courriel_apprenant email_stagiaire",
    "nom": "nom_de_famille nom_apprenant nom_usuel nom_stagiaire last_name lastname patronyme",
    "prenom": "prenom_apprenant prenoms prenom_stagiaire first_name firstname",
    "statut": "etat status statut_inscription situation",
    "annule_le": "date_annulation date_d_annulation annulee_le annulation abandonne_le "
    "annulee_ou_abandonnee_le date_abandon date_d_abandon date_de_sortie sorti_le",
}
KNOWN = {name: name for name in COLUMNS} | {
    synonym: name for name, synonyms in SYNONYMS.items() for synonym in synonyms.split()
}


def plain(header: str) -> str:
    """Return a header without case, accents, signs: « Annulé le » is annule_le."""
    letters = unicodedata.normalize("NFKD", header.strip()).casefold()
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = "".join(letter if letter.isalnum() else " " for letter in kept).split()
    return "_".join(words)


def suggested(header: Sequence[str]) -> list[str]:
    """Return our column for each of a file's, or "" where none is recognised."""
    exact = {plain(name) for name in header} & set(COLUMNS)
    found = [KNOWN.get(plain(name), "") for name in header]
    # « titre » is not the title where « intitule » stands too.
    return [
        column if plain(name) == column or column not in exact else ""
        for name, column in zip(header, found, strict=True)
    ]


def strict(header: Sequence[str], *, line: int) -> list[str]:
    """Return our columns in the file's order: all of them and no other. Raises FileRefused."""
    names = [plain(cell) for cell in header]
    for code, message, columns in (
        (
            "csv_missing_column",
            _("Colonne « %(column)s » absente. Colonnes trouvées : %(found)s."),
            [column for column in COLUMNS if column not in names],
        ),
        (
            "csv_duplicate_column",
            _("Colonne « %(column)s » présente deux fois : gardez-en une."),
            [column for column in COLUMNS if names.count(column) > 1],
        ),
        (
            "csv_unknown_column",
            _("Colonne « %(column)s » inconnue : retirez-la. Rien n’en serait importé."),
            [cell.strip() for cell, name in zip(header, names, strict=True) if name not in COLUMNS],
        ),
    ):
        if columns:
            named = shown(columns[0])
            told = {"column": named, "found": _said(header)}
            raise FileRefused(code, message % told, line=line, column=named)
    return names


def _said(header: Sequence[str]) -> str:
    return ", ".join(shown(cell.strip()) or _("(sans nom)") for cell in header[:20])


def chosen(header: Sequence[str], choices: Sequence[str]) -> list[str]:
    """Return the choices if each of our columns is matched once at most, and none is lacking.

    A choice is one of our columns, or "" for a column of the file that is not imported.
    Raises FileRefused.
    """
    if len(choices) != len(header) or set(choices) - set(COLUMNS) - {""}:
        raise FileRefused("csv_columns", _("Ces choix ne sont pas ceux de ce fichier."))
    lacking = [f"{LABELS[name]}" for name in COLUMNS if name not in {*choices, *OPTIONAL}]
    if lacking:
        message = _("Aucune colonne du fichier ne correspond à : %(lacking)s. Choisissez-la.")
        named = ", ".join(f"« {label} »" for label in lacking)
        raise FileRefused("csv_missing_column", message % {"lacking": named})
    twice = next((name for name in COLUMNS if choices.count(name) > 1), None)
    if twice:
        message = _(
            "Plusieurs colonnes du fichier correspondent à « %(label)s » : %(found)s. "
            "Gardez-en une."
        )
        same = [cell for cell, name in zip(header, choices, strict=True) if name == twice]
        told = {"label": LABELS[twice], "found": _said(same)}
        raise FileRefused("csv_duplicate_column", message % told)
    return list(choices)
