"""Who links to a site by a web graph: names turned round, ids over several lists, damage told."""

import gzip
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crawler.domain.discovery import webgraph
from services.crawler.domain.discovery.hits import Damage
from services.crawler.domain.discovery.targets import Targets
from services.crawler.domain.discovery.webgraph import Rank, Vertices

DOMAINS = b"0\tcom.example\t12\n1\tcom.examples\t1\n2\tnet.blog\t3\n3\torg.wiki\t90\n"
HOSTS = b"0\tcom.example\n1\tcom.example.shop\n2\tcom.examples\n3\tnet.blog.www2\n"


def pieces(data: bytes, size: int = 5) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def vertices(data: bytes, *hosts: str) -> Vertices:
    return webgraph.find_vertices(pieces(data), Targets(hosts), Damage())


def test_a_graph_of_domains_has_the_domain_of_each_host() -> None:
    assert vertices(DOMAINS, "example.com") == Vertices({0: "example.com"}, of_domains=True)
    assert vertices(DOMAINS, "shop.example.com", "wiki.org").names == {
        0: "example.com",
        3: "wiki.org",
    }


def test_a_graph_of_hosts_has_the_site_and_what_is_below_it() -> None:
    assert vertices(HOSTS, "example.com") == Vertices(
        {0: "example.com", 1: "shop.example.com"}, of_domains=False
    )
    assert vertices(HOSTS, "shop.example.com").names == {1: "shop.example.com"}
    assert vertices(HOSTS, "blog.net").names == {3: "www2.blog.net"}


@pytest.mark.parametrize("ids", [{0}, {0, *range(100, 200)}])
def test_edges_that_lead_to_the_site_and_come_from_others(ids: set[int]) -> None:
    edges = b"0\t1\n1\t0\n2\t0\n2\t10\n10\t0\n0\t0\nx\t0\n3\t1"
    assert webgraph.find_edges(pieces(edges), ids, Damage()) == [(1, 0), (2, 0), (10, 0)]


@given(
    edges=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40))),
    ids=st.sets(st.integers(0, 40), min_size=1),
    size=st.integers(1, 30),
    is_packed=st.booleans(),
)
def test_no_edge_is_lost_however_the_file_comes_in(
    edges: Sequence[tuple[int, int]], ids: set[int], size: int, *, is_packed: bool
) -> None:
    data = b"".join(b"%d\t%d\n" % edge for edge in edges)
    data = gzip.compress(data) if is_packed else data
    found = webgraph.find_edges(pieces(data, size), ids, Damage())
    assert sorted(found) == sorted(edge for edge in edges if edge[1] in ids and edge[0] not in ids)


def test_more_edges_than_are_kept_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webgraph, "MOST_EDGES", 2)
    damage = Damage()
    assert len(webgraph.find_edges([b"1\t0\n2\t0\n3\t0\n"], {0}, damage)) == 2
    assert len(damage.sentences()) == 1


def test_names_and_ranks_of_those_who_link() -> None:
    assert webgraph.find_names(pieces(DOMAINS), {2, 3}, Damage()) == {2: "blog.net", 3: "wiki.org"}
    ranks = (
        b"#harmonicc_pos\t#harmonicc_val\t#pr_pos\t#pr_val\t#host_rev\t#n_hosts\n"
        b"1\t2.1E7\t7\t0.01\torg.wiki\t90\n2\t1.9E7\tnone\t0\tnet.blog\t3\n"
    )
    found = webgraph.find_ranks(pieces(ranks), ["wiki.org", "blog.net", "none.example"], Damage())
    assert found == {"wiki.org": Rank(harmonic=1, pagerank=7)}


def read_all(data: Iterable[bytes]) -> list[str]:
    damage = Damage()
    webgraph.find_vertices(data, Targets(["example.com"]), damage)
    webgraph.find_edges(data, {1}, damage)
    webgraph.find_ranks(data, ["example.com"], damage)
    return damage.sentences()


def test_what_is_no_graph_is_said_and_a_line_without_end_is_bounded() -> None:
    assert len(read_all([])) == 3
    assert any("longer" in said for said in read_all([b"1\t2\n", b"9" * 70_000, b"\n3\t1\n"]))


def test_behind_a_damaged_place_the_lines_go_on() -> None:
    first, second = gzip.compress(b"1\t0\n2\t0\n"), gzip.compress(b"9\n4\t0\n5\t0\n")
    damage = Damage()
    data = first[:-9] + b"\x00" * 9 + second
    assert (5, 0) in webgraph.find_edges([data], {0}, damage)
    assert damage.sentences()
