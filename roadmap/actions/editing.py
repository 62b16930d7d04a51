"""What goes wrong when two people edit one thing, and how an act that writes many features keeps others from them."""

from roadmap.models import Feature, Product


class EditConflict(Exception):
    """Someone else has saved since the form was opened; nothing was written."""


def hold_features(product: Product) -> None:
    """Let nobody else write a feature of this product until the transaction ends; rows may refer to them meanwhile.

    Called before any other row of the product is locked, as whoever edits one feature does, so that no two acts wait for
    each other. What is read afterwards stays true.
    """
    list(Feature.objects.select_for_update(no_key=True).filter(product=product).order_by("pk").values_list("pk"))
