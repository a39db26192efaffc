"""Evidence about the referring domain itself: what makes a finding, and what is only not known."""

from datetime import date

import pytest

from services.toxicity.domain.score import judge
from services.toxicity.domain.source import (
    BurstView,
    GraphView,
    ListsView,
    NameView,
    NetworkView,
    Source,
    TurnView,
)
from services.toxicity.domain.source_findings import of_source
from services.toxicity.domain.weights import NAME_LIMIT, Family
from shared.vocabulary import Action
from tests.toxicity.builders import a_link, a_page, facts

RARE = (("analytics id", "UA-1-1"), ("name server", "ns1.a.example"))
BURST = BurstView(started_on=date(2026, 11, 1), domains=40, expected=2.0)
CASES: list[tuple[str, Source, Source]] = [
    ("name_like_bad", Source(name=NameView(0.9)), Source(name=NameView(0.5))),
    ("name_like_bad", Source(name=NameView(0.6)), Source(name=NameView(0.01))),
    ("on_lists", Source(lists=ListsView(("a", "b"))), Source(lists=ListsView(("a",)))),
    ("on_one_list", Source(lists=ListsView(("a",))), Source(lists=ListsView())),
    ("on_one_list", Source(lists=ListsView(("a",))), Source(lists=ListsView(("a",), 30.0))),
    ("well_trusted", Source(graph=GraphView(trust=0.95)), Source(graph=GraphView(trust=0.5))),
    ("high_authority", Source(graph=GraphView(authority=0.95)), Source(graph=GraphView())),
    (
        "far_from_trust",
        Source(graph=GraphView(spam_mass=0.99, in_links=5)),
        Source(graph=GraphView(spam_mass=0.99, in_links=4)),
    ),
    ("close_to_bad", Source(graph=GraphView(distrust=0.95)), Source(graph=GraphView(distrust=0.5))),
    ("links_back", Source(graph=GraphView(is_reciprocal=True)), Source(graph=GraphView())),
    (
        "in_network",
        Source(network=NetworkView("n", 3, 12.0, RARE)),
        Source(network=NetworkView("n", 2, 40.0, RARE)),
    ),
    (
        "in_strong_network",
        Source(network=NetworkView("n", 3, 24.0, RARE)),
        Source(network=NetworkView("n", 3, 23.9, RARE)),
    ),
    ("in_burst", Source(burst=BURST), Source()),
    ("repurposed_domain", Source(turn=TurnView(date(2026, 11, 1), ("A sign.",))), Source()),
]


@pytest.mark.parametrize(("code", "guilty", "innocent"), CASES)
def test_a_finding_of_the_source(code: str, guilty: Source, innocent: Source) -> None:
    assert code in {finding.code for finding in of_source(guilty)}
    assert code not in {finding.code for finding in of_source(innocent)}


def test_a_fingerprint_is_not_shown_to_people() -> None:
    shared = (("nearly the same text", "e0983829a45fac34"), ("an analytics id", "UA-12345"))
    (finding,) = of_source(Source(network=NetworkView("n", 5, 40.0, shared)))
    assert finding.evidence.endswith(
        "any others have: nearly the same text; an analytics id UA-12345."
    )


@pytest.mark.parametrize("p", [0.9, 0.999, 1.0])
def test_a_name_weighs_no_more_than_its_limit(p: float) -> None:
    [finding] = of_source(Source(name=NameView(p)))
    assert finding.milli == NAME_LIMIT


def test_the_network_names_what_is_shared() -> None:
    [finding] = of_source(Source(network=NetworkView("n", 5, 30.0, RARE)))
    assert "analytics id UA-1-1; name server ns1.a.example" in finding.evidence


def test_a_view_that_shows_nothing_is_observed_and_weighs_nothing() -> None:
    looked = Source(lists=ListsView(), graph=GraphView(), network=NetworkView())
    score = judge(facts(source=looked))
    assert score.milli == judge(facts()).milli
    assert {Family.LISTS, Family.GRAPH, Family.NETWORK} <= set(score.observed)


def test_a_link_of_a_network_is_aimed_at_the_site() -> None:
    network = NetworkView("n", 9, 40.0, RARE)
    score = judge(facts(source=Source(network=network, name=NameView(0.9), burst=BURST)))
    assert score.action is Action.REQUEST_REMOVAL


def test_lists_and_a_name_are_not_enough_to_be_proposed() -> None:
    source = Source(name=NameView(1.0), lists=ListsView(("a", "b")))
    page = a_page(title="Casino", title_is_toxic=True, word_count=10, outlinks_external=400)
    score = judge(facts(source=source, link=a_link(), page=page))
    assert score.action is not Action.PROPOSE_DISAVOW
