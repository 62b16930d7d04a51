"""Measures; every script says in its first lines what it measures and how it is called."""

import prioritization.rules  # noqa: F401  before numpy: it says how many threads a matrix product takes
