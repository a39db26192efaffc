"""The made-up web is the same for the same seed, and shows what it says it planted."""

from itertools import pairwise

import pytest

from services.crawler.domain.fingerprint import distance, likeness
from shared import ids
from shared.vocabulary import Outcome
from tests.synthetic.crawl import Crawl
from tests.synthetic.pages import page_of
from tests.synthetic.world import Host, Kind, World, make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(7, hosts=400, toxic_share=0.25)


def of(world: World, kind: Kind) -> Host:
    return next(host for host in world.hosts if host.kind is kind)


def test_the_same_seed_gives_the_same_web(world: World) -> None:
    again = make_world(7, hosts=400, toxic_share=0.25)
    assert again == world
    assert [page_of(host) for host in again.hosts[:20]] == [
        page_of(one) for one in world.hosts[:20]
    ]
    assert make_world(8, hosts=400).hosts != world.hosts


def test_there_are_as_many_as_wanted(world: World) -> None:
    assert len({host.domain for host in world.hosts}) == 400
    assert sum(host.toxic for host in world.hosts) == 100


def test_every_link_is_found_where_it_was_planted(world: World) -> None:
    crawl = Crawl(ids.new_id(), ids.new_id())
    for kind in Kind:
        host = of(world, kind)
        checked, read = crawl.look(host)
        [occurrence] = checked.observation.occurrences
        assert checked.observation.outcome is Outcome.FOUND, kind
        assert occurrence.anchor_text == host.anchor
        assert occurrence.hidden == (kind is Kind.HACKED)
        assert read.facts.has_contact == host.has_contact
        assert (read.facts.injected_blocks > 0) == (kind is Kind.HACKED), kind


def test_members_of_a_network_share_what_strangers_do_not(world: World) -> None:
    crawl = Crawl(ids.new_id(), ids.new_id())
    members = next(names for names in world.networks.values() if len(names) >= 6)
    hosts = [host for host in (world.by_domain[name] for name in members) if host.theme >= 10**6]
    facts = [crawl.look(host)[1].facts for host in hosts]
    stranger = crawl.look(of(world, Kind.NEWS))[1].facts.template_fingerprint or ""
    for one, other in pairwise(facts):
        assert distance(one.template_fingerprint or "", other.template_fingerprint or "") <= 3
        assert distance(one.template_fingerprint or "", stranger) > 8
        if one.outlink_sketch and other.outlink_sketch and hosts[0].outlinks:
            assert likeness(one.outlink_sketch, other.outlink_sketch) >= 0.4
