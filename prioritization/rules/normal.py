"""The normal distribution, over arrays, without scipy."""

from __future__ import annotations

from math import erf, pi, sqrt

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_erf = np.vectorize(erf, otypes=[float])


def density(z: Array) -> Array:
    """Return phi(z), any shape."""
    return np.exp(-0.5 * np.square(z)) / sqrt(2 * pi)


def below(z: Array) -> Array:
    """Return Phi(z), the probability of a value below z, any shape; 0 and 1 at minus and plus infinity."""
    z = np.asarray(z, dtype=float)
    values, back = np.unique(z, return_inverse=True)
    return (0.5 * (1 + _erf(values / sqrt(2))))[back].reshape(z.shape) if z.size else z
