"""Walks over small graphs whose answers are known, and over random ones against plain arithmetic."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.toxicity.domain.graph import ranks
from services.toxicity.domain.graph.matrix import Graph, backward, forward, graph_of

Edges = list[tuple[int, int]]


def a_graph(edges: Edges, *, nodes: int) -> Graph:
    pairs = np.array(edges, dtype=np.int32).reshape(-1, 2)
    return graph_of(pairs[:, 0], pairs[:, 1], nodes=nodes)


def plain_pagerank(edges: Edges, *, nodes: int, start: list[float]) -> list[float]:
    """Return PageRank by its definition, one domain at a time."""
    links = {(a, b) for a, b in edges if a != b}
    out = [sum(a == node for a, _ in links) for node in range(nodes)]
    rank = list(start)
    for _ in range(200):
        new = [0.0] * nodes
        for a, b in links:
            new[b] += ranks.DAMPING * rank[a] / out[a]
        lost = 1 - sum(new)
        rank = [value + lost * begin for value, begin in zip(new, start, strict=True)]
    return rank


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Edges, int]:
    nodes = draw(st.integers(2, 12))
    node = st.integers(0, nodes - 1)
    return draw(st.lists(st.tuples(node, node), max_size=40)), nodes


@settings(max_examples=40, deadline=None)
@given(graphs(), st.data())
def test_pagerank_is_what_its_definition_says(
    drawn: tuple[Edges, int], data: st.DataObject
) -> None:
    edges, nodes = drawn
    seeds = data.draw(st.sets(st.integers(0, nodes - 1), max_size=nodes))
    start = ranks.start_at(np.array(sorted(seeds), dtype=np.int32), nodes=nodes)
    plain = [1 / nodes] * nodes if start is None else [float(one) for one in start]
    found = ranks.pagerank(forward(a_graph(edges, nodes=nodes)), start=start, iterations=200)
    assert found == pytest.approx(plain_pagerank(edges, nodes=nodes, start=plain), abs=1e-4)
    assert float(found.sum()) == pytest.approx(1, abs=1e-4)


def test_links_to_oneself_and_repeated_links_count_as_little_as_they_are_worth() -> None:
    graph = a_graph([(0, 1), (0, 1), (0, 0), (1, 2)], nodes=3)
    assert graph.edges == 2
    assert list(graph.out_degrees()) == [1, 1, 0]
    assert list(graph.in_degrees()) == [0, 1, 1]


def test_trust_ends_where_no_trusted_path_leads_and_mass_begins_there() -> None:
    trusted_path = [(0, 1), (1, 2)]
    farm = [(node, 9) for node in range(3, 9)]
    graph = a_graph(trusted_path + farm, nodes=10)
    step = forward(graph)
    rank = ranks.pagerank(step)
    trust = ranks.pagerank(step, start=ranks.start_at(np.array([0], dtype=np.int32), nodes=10))
    mass = ranks.spam_mass(rank, trust)
    assert trust[9] == 0
    assert mass[9] == 1
    assert mass[2] == 0


def test_blame_goes_back_to_those_that_link_to_a_bad_domain() -> None:
    graph = a_graph([(0, 1), (2, 1), (3, 4)], nodes=5)
    start = ranks.start_at(np.array([1], dtype=np.int32), nodes=5)
    blame = ranks.pagerank(backward(graph), start=start)
    assert blame[0] > 0
    assert blame[0] == blame[2]
    assert blame[3] == blame[4] == 0


def test_a_farm_has_its_rank_from_next_door_and_a_grown_domain_from_far_away() -> None:
    farm = [(node, 0) for node in range(1, 30)]
    grown = [(40 + 4 * line + at, 40 + 4 * line + at + 1) for line in range(8) for at in range(3)]
    grown += [(43 + 4 * line, 31) for line in range(8)]
    every, far = ranks.truncated(forward(a_graph(farm + grown, nodes=80)))
    assert far[0] / every[0] < 0.01
    assert far[31] / every[31] > 0.2


def test_reciprocity_is_the_part_of_links_that_come_back() -> None:
    graph = a_graph([(0, 1), (0, 2), (1, 0), (3, 0)], nodes=4)
    assert list(ranks.reciprocity(graph)) == [0.5, 1.0, 0.0, 0.0]


@given(st.lists(st.integers(0, 5), max_size=30))
def test_places_are_in_order_and_equal_values_share_one(values: list[int]) -> None:
    places = ranks.percentiles(np.array(values, dtype=np.float32))
    by_value = sorted(zip(values, places.tolist(), strict=True))
    for (low, first), (high, second) in itertools.pairwise(by_value):
        assert (first == second) if low == high else (first < second)
    assert all(0 <= place <= 100 for place in places)
