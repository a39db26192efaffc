"""Walks over the graph: PageRank, TrustRank, Anti-TrustRank, truncated PageRank, spam mass, reciprocity.

The papers are Page et al. 1998, Gyongyi et al. 2004 (TrustRank) and 2006 (spam mass), Krishnan and
Raj 2006 (Anti-TrustRank) and Becchetti et al. 2006 (truncated PageRank).
"""

import numpy as np
from scipy import sparse

from services.toxicity.domain.graph.matrix import Floats, Graph, Indices

DAMPING = 0.85
ITERATIONS = 50
TOLERANCE = 1e-6
GOOD_SHARE = 0.85
"""How much of the web is taken to be good when spam mass is estimated (Gyongyi et al. 2006)."""
NEAR = 2
"""Steps within which truncated PageRank gives no credit."""
FAR = 12


def pagerank(
    step: sparse.csr_array,
    *,
    start: Floats | None = None,
    damping: float = DAMPING,
    iterations: int = ITERATIONS,
    tolerance: float = TOLERANCE,
) -> Floats:
    """Return where a surfer is who follows `step` and now and then starts anew at `start`.

    What reaches a domain without links starts anew too, so the ranks of all domains add up to 1.
    Without `start` any domain is as likely as another.
    """
    nodes = step.shape[0]
    anew = np.full(nodes, 1 / nodes, dtype=np.float32) if start is None else start
    rank: Floats = anew.copy()
    for _ in range(iterations):
        before = rank
        rank = step @ before
        rank *= np.float32(damping)
        lost = np.float32(1 - float(rank.sum(dtype=np.float64)))
        rank += lost * anew
        if tolerance and float(np.abs(rank - before).sum(dtype=np.float64)) < tolerance:
            break
    return rank


def start_at(seeds: Indices, *, nodes: int) -> Floats | None:
    """Return the start of a walk from seeds, each as likely as another; None without seeds."""
    if not len(seeds):
        return None
    start = np.zeros(nodes, dtype=np.float32)
    start[seeds] = 1 / len(seeds)
    return start


def truncated(step: sparse.csr_array, *, damping: float = DAMPING) -> tuple[Floats, Floats]:
    """Return for each domain the rank from all paths, and that from paths longer than NEAR steps.

    A farm lives on supporters next to it: little of its rank comes from farther away.
    """
    nodes = step.shape[0]
    paths = np.full(nodes, (1 - damping) / nodes, dtype=np.float32)
    every = paths.copy()
    far = np.zeros(nodes, dtype=np.float32)
    for length in range(1, FAR + 1):
        paths = step @ paths
        paths *= np.float32(damping)
        every += paths
        if length > NEAR:
            far += paths
    return every, far


def spam_mass(rank: Floats, trust: Floats) -> Floats:
    """Return how much of each rank does not come from good domains, between 0 and 1."""
    good = trust * np.float32(GOOD_SHARE)
    return np.clip(1 - good / np.maximum(rank, np.finfo(np.float32).tiny), 0, 1)


def reciprocity(graph: Graph) -> Floats:
    """Return which share of the domains that a domain links to link back to it."""
    mutual = graph.links.multiply(graph.links.T.tocsr()).tocsr()
    back: Floats = np.diff(mutual.indptr).astype(np.float32)
    return (back / np.maximum(graph.out_degrees(), 1)).astype(np.float32)


def percentiles(values: Floats) -> Floats:
    """Return for each value which share of all values it exceeds, 0-100; equal ones share a place."""
    if not len(values):
        return values
    ordered = np.sort(values)
    below = np.searchsorted(ordered, values, side="left")
    upto = np.searchsorted(ordered, values, side="right")
    return ((below + upto) * np.float32(50 / len(values))).astype(np.float32)
