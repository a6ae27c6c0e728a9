"""`create_organization NAME --slug SLUG --owner EMAIL`: an empty one, on the smallest plan."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email, validate_slug
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization
from accounts.tenancy import staff_context
from subscriptions.catalog import SELLER_CODE
from subscriptions.models import Seller
from subscriptions.opening import SlugTaken, open_organization

LONGEST_EMAIL = 254


class Command(BaseCommand):
    help = "Crée un organisme vide, sur la plus petite formule, et écrit à son possesseur."

    def add_arguments(self, parser):
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--slug", required=True)
        parser.add_argument("--owner", required=True, metavar="EMAIL")

    def handle(self, *args, name, slug, owner, **options):
        name, owner = name.strip(), owner.strip()
        _require_valid(name, slug, owner)
        try:
            with staff_context():
                organization = open_organization(
                    name=name,
                    slug=slug,
                    owner_email=owner,
                    seller_code=SELLER_CODE,
                    on=timezone.localdate(),
                )
        except SlugTaken as taken:
            text = _("L’identifiant « %(slug)s » est déjà pris : choisissez-en un autre.")
            raise CommandError(text % {"slug": slug}) from taken
        except Seller.DoesNotExist as missing:
            text = _("Mettez d’abord le catalogue en vente : manage.py load_catalog.")
            raise CommandError(text) from missing
        told = {"name": name, "number": organization.number, "owner": owner.lower()}
        self.stdout.write(
            _("%(name)s est créé (compte nº %(number)s). Un e-mail part à %(owner)s.") % told
        )


def _require_valid(name: str, slug: str, owner: str) -> None:
    """Raise CommandError, in one sentence, at the first thing that no table would hold."""
    longest_name = Organization._meta.get_field("name").max_length
    longest_slug = Organization._meta.get_field("slug").max_length
    if not 1 <= len(name) <= longest_name or not name.isprintable():
        raise CommandError(_("Donnez un nom de 1 à %(most)s caractères.") % {"most": longest_name})
    try:
        validate_slug(slug)
    except ValidationError:
        slug = ""
    if not 1 <= len(slug) <= longest_slug:
        text = _(
            "L’identifiant ne contient que des lettres sans accent, des chiffres, - et _,"
            " %(most)s caractères au plus."
        )
        raise CommandError(text % {"most": longest_slug})
    try:
        validate_email(owner)
    except ValidationError:
        owner = ""
    if not 1 <= len(owner) <= LONGEST_EMAIL:
        raise CommandError(_("L’adresse e-mail du possesseur n’est pas valide."))
