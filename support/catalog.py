"""The ready answers that the desk begins with: titles and texts, in their order."""

READY_ANSWERS = (
    (
        "Devis en préparation",
        "Bonjour {prenom},\n\nLe devis de votre demande {reference} est en préparation : le "
        "possesseur du compte le recevra par e-mail. Rien n’est facturé avant son accord.\n\n"
        "{agent}, au support",
    ),
    (
        "Devis envoyé",
        "Bonjour {prenom},\n\nLe devis pour {formule} est sur la page de votre demande "
        "{reference}, avec son PDF. Le possesseur du compte l’accepte d’un clic ; pour un effet "
        "sur la facture du {echeance}, c’est au plus tard huit jours avant.\n\n{agent}, au support",
    ),
    (
        "Précision sur les effectifs",
        "Bonjour {prenom},\n\nCombien d’apprenants, d’intervenants et d’administrateurs "
        "prévoyez-vous pour les douze prochains mois ? Nous vous proposerons la plus petite "
        "formule qui convient.\n\n{agent}, au support",
    ),
    (
        "Changement à l’échéance",
        "Bonjour {prenom},\n\nUne formule moins chère prend effet à l’échéance, le {echeance}. "
        "Jusque-là, {organisme} garde tout ce que sa formule comprend.\n\n{agent}, au support",
    ),
    (
        "Option : à voir avec le possesseur",
        "Bonjour {prenom},\n\nSeul le possesseur du compte souscrit à une option. Il a reçu une "
        "copie de votre demande {reference} : voyez-la ensemble.\n\n"
        "{agent}, au support",
    ),
    (
        "Facture en attente",
        "Bonjour {prenom},\n\nUne facture de {organisme} reste à payer. Dès son règlement, nous "
        "reprenons votre demande {reference}.\n\n{agent}, au support",
    ),
)
