"""The graph as sparse matrices in float32: one row and one column for each domain."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Graph:
    """Who links to whom; each pair of domains counts once, links to oneself never."""

    nodes: int
    links: sparse.csr_array
    """Row = the domain that links, column = the one that is linked to; every entry is 1."""

    @property
    def edges(self) -> int:
        return int(self.links.nnz)

    def out_degrees(self) -> Indices:
        degrees: Indices = np.diff(self.links.indptr).astype(np.int32)
        return degrees

    def in_degrees(self) -> Indices:
        return np.bincount(self.links.indices, minlength=self.nodes).astype(np.int32)


def graph_of(sources: Indices, targets: Indices, *, nodes: int) -> Graph:
    """Return the graph of these edges; repeated ones count once."""
    apart = sources != targets
    ones = np.ones(int(apart.sum()), dtype=np.float32)
    links = sparse.csr_array((ones, (sources[apart], targets[apart])), shape=(nodes, nodes))
    links.sum_duplicates()
    links.data = np.ones(links.nnz, dtype=np.float32)
    return Graph(nodes, links)


def forward(graph: Graph) -> sparse.csr_array:
    """Return the matrix by which a surfer follows links: `forward @ x` is where x goes."""
    return _walk(graph.links, graph.out_degrees())


def backward(graph: Graph) -> sparse.csr_array:
    """Return the matrix by which blame goes from the linked to those that link."""
    return _walk(graph.links.T.tocsr(), graph.in_degrees())


def _walk(links: sparse.csr_array, degrees: Indices) -> sparse.csr_array:
    shares = np.divide(1.0, degrees, dtype=np.float32, where=degrees > 0, out=_zeros(len(degrees)))
    data = np.repeat(shares, degrees)
    weighted = sparse.csr_array((data, links.indices, links.indptr), shape=links.shape)
    return weighted.T.tocsr()


def _zeros(count: int) -> Floats:
    return np.zeros(count, dtype=np.float32)
