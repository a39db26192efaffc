"""Networks are found by what is rare and chosen by an owner; what is bought or common ties nobody."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.toxicity.domain.networks.evidence import Kind, Marks, add_page, bits_of
from services.toxicity.domain.networks.finding import COMMON, Network, find_networks
from services.toxicity.domain.networks.suppliers import is_for_everybody, subnet_of
from tests.toxicity.networks.web import OWN, a_web, compare

HOST = {"ip": "81.2.3.4", "name_servers": ("ns1.small-host.example", "ns2.small-host.example")}
THEME = {"template_fingerprint": "0123456789abcdef"}
MONEY = tuple(f"money{number}.example" for number in range(6))


def networks_of(*pages: dict[str, Any], strangers: int = 30) -> tuple[Network, ...]:
    everybody = [*pages, *({} for _ in range(strangers))]
    found = []
    for number, facts in enumerate(everybody):
        marks = Marks(f"d{number:03}.example")
        add_page(marks, facts, own=OWN)
        found.append(marks)
    return find_networks(found).networks


@pytest.mark.parametrize("seed", [1, 2])
def test_networks_of_a_web_with_known_owners_are_found(seed: int) -> None:
    web = a_web(seed, domains=1_000)
    agreement = compare(find_networks(web.marks()).networks, web.owners)
    assert agreement.f1 >= 0.9
    assert agreement.precision >= 0.98


def test_one_id_on_few_domains_is_enough() -> None:
    (found,) = networks_of(*[{"tracker_ids": ("pub-1234567890123456",)}] * 3)
    assert found.domains == ("d000.example", "d001.example", "d002.example")
    assert {tie.value for edge in found.edges for tie in edge.ties} == {"pub-1234567890123456"}
    assert not found.links_to_the_same


def test_an_id_on_many_domains_wants_a_second_kind_of_evidence() -> None:
    shared = {"tracker_ids": ("G-AAAAAAAA",)}
    assert networks_of(*[shared] * 30) == ()
    (found,) = networks_of(*[shared | THEME] * 30)
    assert len(found.domains) == 30


def test_an_id_that_everybody_has_ties_nobody() -> None:
    everybody = [{"tracker_ids": ("GTM-COMMON",)} | THEME] * (COMMON + 1)
    assert networks_of(*everybody, strangers=0) == ()


def test_customers_of_one_host_with_one_theme_are_strangers() -> None:
    assert networks_of(*[HOST | THEME] * 10) == ()


def test_customers_of_an_agency_that_signs_its_work_are_strangers() -> None:
    signed = HOST | THEME | {"outlink_domains": ("agency.example",)}
    assert networks_of(*[signed] * 10) == ()


def test_friends_with_one_list_of_links_are_strangers() -> None:
    assert networks_of(*[{"outlink_domains": MONEY}] * 5) == ()


def test_the_same_outlinks_and_the_same_small_host_are_one_hand() -> None:
    (found,) = networks_of(*[HOST | {"outlink_domains": MONEY}] * 5)
    assert found.links_to_the_same
    assert len(found.domains) == 5


def test_who_links_as_a_known_network_does_belongs_to_it() -> None:
    links = {"outlink_domains": MONEY}
    core = [HOST | links] * 4
    (found,) = networks_of(*core, links)
    assert len(found.domains) == 5
    assert found.bits >= 18
    (alone,) = networks_of(*core[:2], links)
    assert len(alone.domains) == 2


def test_sisters_that_link_to_each_other_are_open_and_a_wheel_that_links_to_money_is_not() -> None:
    names = tuple(f"d{number:03}.example" for number in range(4))
    sister = {"tracker_ids": ("UA-1234567-1",), "outlink_domains": names}
    (family,) = networks_of(*[sister | THEME] * 4)
    assert family.is_open
    assert not family.links_to_the_same
    wheel = sister | THEME | {"outlink_domains": (*names, *MONEY)}
    (found,) = networks_of(*[wheel] * 4)
    assert found.links_to_the_same
    assert not found.is_open


def test_what_all_link_to_is_no_evidence() -> None:
    public = ("facebook.com", "wikipedia.org", "schema.org", *OWN)
    assert networks_of(*[HOST | THEME | {"outlink_domains": public}] * 5) == ()


def test_a_template_that_differs_in_three_bits_is_the_same_and_in_many_is_not() -> None:
    links = {"outlink_domains": MONEY}
    near = {"template_fingerprint": "0123456789abcde8"}
    far = {"template_fingerprint": "fedcba9876543210"}
    assert len(networks_of(THEME | links, near | links)) == 1
    assert networks_of(THEME | links, far | links) == ()


def test_nothing_observed_is_no_network() -> None:
    assert networks_of({}, {}) == ()


def test_every_edge_says_how_many_bits_come_from_what() -> None:
    (found,) = networks_of(*[HOST | THEME | {"tracker_ids": ("UA-1234567-1",)}] * 2)
    (edge,) = found.edges
    kinds = [Kind.TRACKER, Kind.TEMPLATE, Kind.SUBNET, Kind.NAME_SERVERS]
    assert [tie.kind for tie in edge.ties] == kinds
    assert edge.bits <= sum(tie.bits for tie in edge.ties)
    assert found.bits == edge.bits


@given(st.sampled_from(list(Kind)), st.integers(2, 200), st.integers(2, 10**6))
def test_the_rarer_the_more_bits(kind: Kind, holders: int, domains: int) -> None:
    bits = bits_of(kind, holders=holders, domains=max(domains, holders + 1))
    rarer = bits_of(kind, holders=max(holders - 1, 2), domains=max(domains, holders + 1))
    assert 0 < bits <= rarer


@given(st.permutations(range(8)))
def test_the_order_of_the_domains_does_not_matter(order: list[int]) -> None:
    pages = [THEME | {"tracker_ids": (f"UA-100000{number // 3}-1",)} for number in range(8)]
    marks = []
    for number in order:
        one = Marks(f"d{number}.example")
        add_page(one, pages[number], own=OWN)
        marks.append(one)
    names = [list(network.domains) for network in find_networks(marks).networks]
    numbers = [[f"d{n}.example" for n in group] for group in ((0, 1, 2), (3, 4, 5), (6, 7))]
    assert names == numbers


def test_cdns_and_big_hosts_serve_everybody() -> None:
    assert subnet_of("104.16.1.1") is None
    assert subnet_of("81.2.3.4") == "81.2.3.0/24"
    assert subnet_of("2001:db8:1:2::3") == "2001:db8:1::/48"
    assert subnet_of("nonsense") is None
    assert is_for_everybody("ada.ns.cloudflare.com")
    assert is_for_everybody("ns-12.awsdns-01.co.uk")
    assert not is_for_everybody("ns1.small-host.example")


@given(
    st.dictionaries(st.sampled_from(["ip", "template_fingerprint", "text_fingerprint"]), st.text())
)
def test_odd_facts_never_raise(facts: dict[str, str]) -> None:
    assert all(len(found.domains) > 1 for found in networks_of(facts, facts, strangers=0))


def test_edges_are_between_the_domains_of_their_network() -> None:
    for network in find_networks(a_web(3, domains=300).marks()).networks:
        pairs = set(itertools.combinations(network.domains, 2))
        assert {(edge.left, edge.right) for edge in network.edges} <= pairs
