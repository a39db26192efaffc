"""PageRank of 1M domains and 10M links, beside the same iterations in bare scipy, turn by turn."""

import time
from collections.abc import Callable

import numpy as np
from scipy import sparse

from services.toxicity.domain.graph import ranks
from services.toxicity.domain.graph.matrix import Floats, Graph, forward, graph_of
from tests.benchmarks import processes
from tests.benchmarks.results import Row, row

NODES = 1_000_000
EDGES = 10_000_000
ITERATIONS = 20
ROUNDS = 5
MOST = 1.3
DANGLING = 0.62  # as in Common Crawl's graph of domains
_DAMPING = 0.85


def measure() -> list[Row]:
    """Return the CPU time of both arms; ANCHORWATCH_BENCH_NODES=10000 is a small one."""
    nodes = processes.setting("NODES", NODES)
    graph = a_power_law_graph(nodes, edges=nodes * (EDGES // NODES), seed=1)
    step = forward(graph)
    ours, bare = [], []
    for _ in range(ROUNDS):
        ours.append(_cpu(lambda: in_house(step)))
        bare.append(_cpu(lambda: bare_scipy(step)))
    ratio = float(np.median(ours) / np.median(bare))
    gap = float(np.abs(in_house(step) - on_paper(step)).sum())
    what = f"pagerank: {nodes:,} domains, {graph.edges:,} links, {ITERATIONS} steps"
    return [
        row(f"{what}, bare scipy", bare, "s CPU"),
        row(
            what,
            ours,
            "s CPU",
            peer="bare scipy",
            ratio=ratio,
            target=f"<= {MOST}x bare scipy, same ranks",
            met=ratio <= MOST and gap < 1e-3,
        ),
    ]


def in_house(step: sparse.csr_array) -> Floats:
    """Walk as the product does, but as far as the peer: it would stop when nothing moves any more."""
    return ranks.pagerank(step, iterations=ITERATIONS, tolerance=1e-30)


def bare_scipy(step: sparse.csr_array) -> Floats:
    """Do the multiplications and no more: what domains without links swallow stays swallowed."""
    nodes = step.shape[0]
    rank = np.full(nodes, 1 / nodes, dtype=np.float32)
    for _ in range(ITERATIONS):
        rank = np.float32(_DAMPING) * (step @ rank) + np.float32((1 - _DAMPING) / nodes)
    return rank


def on_paper(step: sparse.csr_array) -> Floats:
    """Return PageRank as a textbook writes it."""
    nodes = step.shape[0]
    dangling = np.asarray(step.sum(axis=0)).ravel() == 0
    rank = np.full(nodes, 1 / nodes, dtype=np.float32)
    for _ in range(ITERATIONS):
        lost = (1 - _DAMPING + _DAMPING * rank[dangling].sum()) / nodes
        rank = np.float32(_DAMPING) * (step @ rank) + np.float32(lost)
    return rank


def a_power_law_graph(nodes: int, *, edges: int, seed: int) -> Graph:
    """Return a graph with that many different links; few domains have most of them."""
    rng = np.random.default_rng(seed)
    linking = max(int(nodes * (1 - DANGLING)), 2)
    names = rng.permutation(nodes)
    codes = np.zeros(0, dtype=np.int64)
    while len(codes) < edges:
        sources = (rng.random(edges) ** 1.5 * linking).astype(np.int64)
        targets = (rng.random(edges) ** 2.5 * nodes).astype(np.int64)
        drawn = names[sources] * nodes + names[targets]
        codes = np.unique(np.concatenate([codes, drawn[names[sources] != names[targets]]]))
    codes = rng.permutation(codes)[:edges]
    pairs = np.divmod(codes, nodes)
    return graph_of(pairs[0].astype(np.int32), pairs[1].astype(np.int32), nodes=nodes)


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
