"""Put the catalogue on sale with its options in words."""

from django.db import transaction

from options.catalog import OptionText
from options.models import Option
from subscriptions import publishing
from subscriptions.catalog import Catalogue
from subscriptions.models import Component, Seller


@transaction.atomic
def load(*, seller_code: str, catalogue: Catalogue, texts: tuple[OptionText, ...]) -> Seller:
    """Put plans, prices and options on sale; a second time renews the words and nothing else.

    What a manager chose for `self_service` stays. Raises publishing.CatalogueDiffers.
    """
    seller = publishing.load(seller_code=seller_code, catalogue=catalogue)
    components = {
        component.code: component
        for component in seller.components.filter(kind=Component.Kind.OPTION)
    }
    Option.objects.bulk_create(
        (
            Option(
                component=components[text.code],
                benefit=text.benefit,
                opens=text.opens,
                self_service=text.self_service,
                position=position,
            )
            for position, text in enumerate(texts)
        ),
        update_conflicts=True,
        unique_fields=["component"],
        update_fields=["benefit", "opens", "position"],
    )
    return seller
