"""How sure one can be of a share: its interval."""

import math

_Z = 1.959964


def wilson(hits: float, count: float) -> tuple[float, float]:
    """Return the 95 % interval of a share; nothing is known of nothing."""
    if count <= 0:
        return 0.0, 1.0
    share, square = hits / count, _Z * _Z
    middle = (share + square / (2 * count)) / (1 + square / count)
    spread = share * (1 - share) / count + square / (4 * count * count)
    half = _Z * math.sqrt(spread) / (1 + square / count)
    return max(0.0, middle - half), min(1.0, middle + half)
