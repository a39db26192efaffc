"""Shares in whole numbers by Sainte-Laguë: who is owed the next one; pure."""

from collections.abc import Collection, Mapping


def next_owed(
    weights: Mapping[str, float], given: Mapping[str, int], allowed: Collection[str]
) -> str | None:
    """Return whom the next share is for, None if nobody who is allowed has a weight.

    One after the other: who got a share never loses it when more are given out (house-monotone).
    """
    best, best_claim = None, 0.0
    for name, weight in weights.items():
        claim = weight / (2 * given.get(name, 0) + 1)
        if claim > best_claim and name in allowed:
            best, best_claim = name, claim
    return best
