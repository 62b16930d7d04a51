"""Finds the feature that people mean when they write a key or a title."""

from __future__ import annotations

import re

from roadmap.models import Feature, Product

TOLD = 5
_KEY = re.compile(r"(?P<key>[A-Za-z][A-Za-z0-9]{1,7})-(?P<number>[0-9]{1,9})(?:\s.*)?")


class NotFound(LookupError):
    """The product has no such feature."""


class Ambiguous(LookupError):
    """Several features fit: how many, and the keys of the first few."""

    def __init__(self, count: int, keys: list[str]) -> None:
        self.count, self.keys = count, keys
        super().__init__(", ".join(keys))


def resolve(product: Product, text: str) -> int:
    """Return the id of the feature that `text` means: BCN-101 (what follows the key is not read), a title, or a part of one.

    A whole title wins over a part. Letters' case means nothing. Raises NotFound, or Ambiguous when several fit.
    """
    features = Feature.objects.filter(product=product)
    match = _KEY.fullmatch(text)
    if match and match["key"].upper() == product.key:
        pk = features.filter(number=int(match["number"])).values_list("pk", flat=True).first()
        if pk is None:
            raise NotFound(text)
        return pk
    for found in (features.filter(title__iexact=text), features.filter(title__icontains=text)):
        numbers = dict(found.order_by("number").values_list("pk", "number"))
        if len(numbers) == 1:
            return next(iter(numbers))
        if numbers:
            raise Ambiguous(len(numbers), [f"{product.key}-{number}" for number in list(numbers.values())[:TOLD]])
    raise NotFound(text)
