"""How much a vote may weigh."""

HEAVIEST = 1_000_000
"""More than any organisation means, and far below what the sum of a product's squared weights could not hold."""
