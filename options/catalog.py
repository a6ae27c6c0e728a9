"""The nine options in words: who may take them alone, what they are for and what they open."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OptionText:
    """One option as it is offered; `opens` holds one sentence a line."""

    code: str
    self_service: bool
    benefit: str
    opens: str


OPTIONS = (
    OptionText(
        "company-space",
        self_service=True,
        benefit="Vos clients suivent leurs salariés, conventions et factures dans un espace à eux.",
        opens=(
            "Un espace réservé à chaque entreprise cliente.\n"
            "Ses devis, conventions, convocations et factures, à jour et téléchargeables."
        ),
    ),
    OptionText(
        "e-signature",
        self_service=True,
        benefit="Devis, conventions et contrats signés à distance.",
        opens=(
            "La demande de signature depuis chaque devis, convention ou contrat.\n"
            "Le suivi des signatures et le document signé, rangé dans le dossier."
        ),
    ),
    OptionText(
        "advanced-elearning",
        self_service=True,
        benefit="Lecteur SCORM, activité « Réalisation » et forum dans l’extranet.",
        opens=(
            "Le lecteur de modules SCORM dans l’extranet.\n"
            "L’activité E-Learning « Réalisation », rendue et corrigée en ligne.\n"
            "Un forum pour chaque session."
        ),
    ),
    OptionText(
        "online-payment",
        self_service=True,
        benefit="Un lien de paiement par carte sur les factures que vous émettez.",
        opens=(
            "Un lien de paiement sur chacune de vos factures.\n"
            "L’argent arrive sur votre propre compte Stripe."
        ),
    ),
    OptionText(
        "custom-fields",
        self_service=True,
        benefit="Vos propres informations sur les fiches apprenants, clients et lieux.",
        opens=(
            "Des champs à vous sur les fiches client, entreprise, apprenant, financeur et lieu.\n"
            "Les mêmes champs dans vos modèles de documents et vos exports."
        ),
    ),
    OptionText(
        "edof-export",
        self_service=True,
        benefit="Votre catalogue publié sur Mon Compte Formation.",
        opens="L’export de votre catalogue au format XML d’EDOF, prêt à déposer.",
    ),
    OptionText(
        "api-access",
        self_service=True,
        benefit="Vos données reliées à vos autres outils, en lecture et en écriture.",
        opens=(
            "Un jeton d’accès à l’API GraphQL, en lecture et en écriture.\nLa connexion à Zapier."
        ),
    ),
    OptionText(
        "micro-certification",
        self_service=False,
        benefit="Des badges vérifiables, remis à la fin de vos sessions.",
        opens="Un badge numérique vérifiable pour chaque apprenant qui termine une session.",
    ),
    OptionText(
        "certification-export",
        self_service=False,
        benefit="Vos certifiés déclarés au système d’information du CPF.",
        opens="L’export d’accrochage au format XML, pour les certifications que vous délivrez.",
    ),
)
