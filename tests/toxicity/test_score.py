"""The score: it adds up exactly, holds its limits, and never condemns for what was not seen."""

import dataclasses
from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.toxicity.domain import weights
from services.toxicity.domain.facts import Decision, Facts, LinkFacts, PageView, Surroundings
from services.toxicity.domain.layer import NO_LAYER, Layer
from services.toxicity.domain.score import (
    FAMILIES_TO_PROPOSE,
    PROPOSE_FROM,
    Score,
    evidence_families,
    judge,
    probability,
    waterfall_json,
)
from services.toxicity.domain.source import (
    UNKNOWN,
    BurstView,
    GraphView,
    ListsView,
    NameView,
    NetworkView,
    Source,
    TurnView,
)
from services.toxicity.domain.weights import CAPS, PRIOR, Family
from shared.vocabulary import Action, AnchorFlag, AnchorKind, Band, Position, Reason
from tests.toxicity.builders import (
    PARAGRAPH,
    a_link,
    a_link_farm,
    a_page,
    a_poisoned_link,
    a_verdict,
    facts,
)

links = st.builds(
    LinkFacts,
    anchor_text=st.sampled_from(["", "garden furniture", "casino"]),
    anchor_kind=st.sampled_from(AnchorKind),
    anchor_flags=st.frozensets(st.sampled_from(AnchorFlag)),
    rel=st.frozensets(st.sampled_from(["nofollow", "ugc", "sponsored", "noopener"])),
    position=st.sampled_from(Position),
    hidden=st.booleans(),
    context=st.sampled_from(["", PARAGRAPH]),
    occurrence_count=st.integers(1, 10),
    page_followed=st.sampled_from([None, True, False]),
    outlinks_external=st.sampled_from([None, 0, 500]),
    redirect_domains=st.sampled_from([(), ("a.example", "b.example")]),
)
pages = st.builds(
    PageView,
    url=st.just("https://a.example/"),
    referring_domain=st.just("a.example"),
    title=st.sampled_from(["", "A post"]),
    word_count=st.sampled_from([0, 50, 500]),
    visible_chars=st.sampled_from([0, 100, 5_000]),
    anchor_chars=st.sampled_from([0, 100, 4_900]),
    compression_ratio=st.sampled_from([None, 1.5, 12.0]),
    outlinks_external=st.sampled_from([0, 25, 150, 900]),
    hidden_links=st.sampled_from([0, 90]),
    has_contact=st.booleans(),
    has_legal=st.booleans(),
    title_is_toxic=st.booleans(),
)
crowds = st.builds(
    Surroundings,
    domains=st.sampled_from([0, 10, 200]),
    exact_domains=st.sampled_from([0, 10, 100]),
    anchor_domains=st.sampled_from([0, 50]),
    links_of_domain=st.sampled_from([0, 50]),
)
_shares = st.none() | st.sampled_from([0.0, 0.5, 0.8, 0.95, 0.99, 1.0])
sources = st.builds(
    Source,
    name=st.none() | st.builds(NameView, st.sampled_from([0.03, 0.5, 0.6, 0.95, 1.0])),
    lists=st.none()
    | st.builds(
        ListsView,
        st.sampled_from([(), ("one",), ("one", "two"), ("one", "two", "three")]),
        st.sampled_from([0.0, 2.0, 30.0]),
    ),
    graph=st.none()
    | st.builds(
        GraphView,
        authority=_shares,
        trust=_shares,
        distrust=_shares,
        spam_mass=_shares,
        is_reciprocal=st.booleans(),
        in_links=st.sampled_from([0, 4, 5, 500]),
    ),
    network=st.none()
    | st.builds(
        NetworkView,
        network_id=st.just("n"),
        domains=st.sampled_from([0, 2, 3, 90]),
        bits=st.sampled_from([0.0, 12.0, 20.0, 24.0, 90.0]),
    ),
    burst=st.none() | st.builds(BurstView, st.just(date(2026, 11, 1)), st.just(40), st.just(0.5)),
    turn=st.none() | st.just(TurnView(date(2026, 11, 1))),
)
all_facts = st.builds(
    Facts,
    link=st.none() | links,
    page=st.none() | pages,
    around=crowds,
    verdict=st.none() | st.builds(a_verdict, st.sampled_from(Decision), whole_domain=st.booleans()),
    holds=st.sampled_from([(), ("platform",)]),
    last_reasons=st.frozensets(st.sampled_from(Reason), max_size=3),
    days_unseen=st.sampled_from([0, 31]),
    lost=st.booleans(),
    source=st.just(UNKNOWN) | sources,
    layer=st.sampled_from([NO_LAYER, Layer(1_500, 3_000), Layer(500, -3_000)]),
)


@settings(max_examples=500)
@given(all_facts)
def test_the_score_is_the_sum_of_its_lines(given_facts: Facts) -> None:
    score = judge(given_facts)
    assert score.milli == sum(line.milli for line in score.lines)
    findings = [line for line in score.lines if line.kind == "finding"]
    assert [line.milli for line in findings] == [item.milli for item in score.findings]
    if score.p_toxic is not None:
        assert score.score == round(100 * probability(score.milli))


@settings(max_examples=500)
@given(all_facts)
def test_no_family_passes_its_limit(given_facts: Facts) -> None:
    score = judge(given_facts)
    for family, (low, high) in CAPS.items():
        total = sum(item.milli for item in score.findings if item.family is family)
        limit = sum(line.milli for line in score.lines if line.code == f"limit_{family.value}")
        assert low <= total + limit <= high


@settings(max_examples=1_000)
@given(all_facts)
def test_only_three_families_without_a_hold_reach_a_proposal(given_facts: Facts) -> None:
    score = judge(given_facts)
    proposed = score.action is Action.PROPOSE_DISAVOW
    assert proposed == (score.band is Band.PROPOSE_DISAVOW)
    if proposed:
        assert score.p_toxic is not None
        assert score.p_toxic >= PROPOSE_FROM
        assert len(evidence_families(score.findings)) >= FAMILIES_TO_PROPOSE
        assert not score.holds
        assert given_facts.link is not None
        assert given_facts.page is not None
        assert not given_facts.lost


def without(given_facts: Facts, view: str) -> Facts:
    """Return the same with one view of the referring domain not observed."""
    return dataclasses.replace(
        given_facts, source=dataclasses.replace(given_facts.source, **{view: None})
    )


# Everything that the other parts of the service can say against a domain at once, and a layer that
# people's decisions moved as far as it goes.
worst_sources = st.builds(
    Source,
    name=st.just(NameView(1.0)),
    lists=st.none() | st.just(ListsView(("one", "two", "three"))),
    graph=st.none() | st.just(GraphView(distrust=1.0, spam_mass=1.0, in_links=9)),
    network=st.none() | st.just(NetworkView("n", 90, 90.0)),
    burst=st.none() | st.just(BurstView(date(2026, 11, 1), 40, 0.5)),
    turn=st.none() | st.just(TurnView(date(2026, 11, 1))),
)
MOST = Layer(1_500, 3_000)


@settings(max_examples=300)
@given(
    all_facts.map(lambda one: dataclasses.replace(one, layer=MOST)),
    worst_sources,
    st.sampled_from(Family),
)
def test_no_name_no_list_and_no_single_family_reaches_a_proposal(
    given_facts: Facts, source: Source, family: Family
) -> None:
    score = judge(dataclasses.replace(given_facts, source=source))
    if evidence_families(score.findings) <= {family} or not is_corroborated(score):
        assert score.action is not Action.PROPOSE_DISAVOW
        assert score.band is not Band.PROPOSE_DISAVOW


def is_corroborated(score: Score) -> bool:
    """Three families, two of them about what was seen and not about how somebody calls it."""
    against = evidence_families(score.findings)
    return len(against) >= 3 and len(against - {Family.NAME, Family.LISTS}) >= 2


def test_of_everything_that_can_be_said_at_its_worst_only_what_is_corroborated_is_proposed() -> (
    None
):
    """Every combination of what each part can say against a link, with nothing to hold it back."""
    links = [
        *(a_link(), a_poisoned_link(), a_poisoned_link(hidden=True), a_link(hidden=True)),
        a_link(redirect_domains=("a.example", "b.example")),
        a_poisoned_link(redirect_domains=("a.example", "b.example")),
    ]
    pages = [a_page(), a_page(injected_blocks=2), a_link_farm()]
    views: dict[str, Any] = {
        "name": NameView(1.0),
        "lists": ListsView(("one", "two", "three")),
        "graph": GraphView(distrust=1.0, spam_mass=1.0, in_links=9, is_reciprocal=True),
        "network": NetworkView("n", 90, 90.0),
        "burst": BurstView(date(2026, 11, 1), 40, 0.5),
        "turn": TurnView(date(2026, 11, 1)),
    }
    proposed = 0
    known = product(*((None, view) for view in views.values()))
    origins = [Source(**dict(zip(views, some, strict=True))) for some in known]
    for link, page, layer, source in product(links, pages, (NO_LAYER, MOST), origins):
        score = judge(Facts(link=link, page=page, source=source, layer=layer))
        if score.action is Action.PROPOSE_DISAVOW:
            proposed += 1
            assert is_corroborated(score), score.sentence
    assert proposed > 100


@settings(max_examples=150)
@given(all_facts, worst_sources)
def test_whoever_is_proposed_was_seen_whole(given_facts: Facts, source: Source) -> None:
    """Taking away what was seen of link or page takes the proposal away; nothing unseen replaces it."""
    told = dataclasses.replace(given_facts, source=source, layer=MOST)
    for less in (dataclasses.replace(told, page=None), dataclasses.replace(told, link=None)):
        assert judge(less).action is not Action.PROPOSE_DISAVOW
        assert judge(less).band is Band.INSUFFICIENT_DATA


@settings(max_examples=300)
@given(all_facts)
def test_what_was_not_seen_never_speaks_against_a_link(given_facts: Facts) -> None:
    whole = judge(given_facts)
    for less in (
        dataclasses.replace(given_facts, page=None),
        dataclasses.replace(given_facts, link=None),
        dataclasses.replace(given_facts, around=Surroundings()),
        dataclasses.replace(given_facts, last_reasons=frozenset()),
        *(
            without(given_facts, view)
            for view in ("name", "lists", "graph", "network", "burst", "turn")
        ),
    ):
        against = {item.code for item in judge(less).findings if item.milli > 0}
        known = {item.code for item in whole.findings if item.milli > 0}
        # With the page's own count gone, the check's count of outside links speaks in its place;
        # with the counts of the profile gone, the weakest word for the same link text does.
        instead = {"many_external_links", "very_many_external_links"}
        if known & {"exact_overuse", "exact_gross_overuse"}:
            instead.add("exact_anchor")
        assert against - known <= instead
    assert judge(Facts()).band is Band.INSUFFICIENT_DATA


@given(all_facts)
def test_the_same_facts_give_the_same_bytes(given_facts: Facts) -> None:
    assert waterfall_json(judge(given_facts)) == waterfall_json(judge(given_facts))


@given(all_facts)
def test_no_raw_code_is_in_what_people_read(given_facts: Facts) -> None:
    score = judge(given_facts)
    read = [score.sentence, *(line.text for line in score.lines), *(c.text for c in score.changes)]
    assert not [text for text in read if "_" in text or not text]


def test_an_ordinary_link_is_fine() -> None:
    link = a_link(context=PARAGRAPH, anchor_kind=AnchorKind.BRANDED)
    score = judge(facts(link=link, page=a_page(has_contact=True)))
    assert (score.band, score.action) == (Band.OK, Action.NONE)
    assert score.sentence == "Nothing worrying seen"


def test_a_followed_link_among_comments_is_no_case_but_not_passed_over() -> None:
    page = a_page(has_contact=True, has_legal=True, outlinks_external=130, word_count=900)
    comment = a_link(position=Position.COMMENT, anchor_text="cheap garden furniture")
    score = judge(facts(link=comment, page=page))
    assert (score.band, score.action) == (Band.OK, Action.NONE)
    said = (
        "Nothing decisive seen (a followed link in a comment, more than 100 links to other sites)"
    )
    assert score.sentence == said
    # Marked as a visitor's, as blogs do: nothing to speak of.
    marked = a_link(position=Position.COMMENT, rel=frozenset({"ugc", "nofollow"}))
    assert judge(facts(link=marked, page=a_page())).sentence == "Nothing worrying seen"


HONEST: dict[str, Any] = {
    "has_contact": True,
    "has_legal": True,
    "word_count": 900,
    "visible_chars": 5_000,
}


@pytest.mark.parametrize(
    ("kind", "beside", "rel", "band"),
    [
        (AnchorKind.PARTIAL, 60, (), Band.WATCH),
        (AnchorKind.EXACT, 20, (), Band.WATCH),
        (AnchorKind.EXACT, 19, (), Band.OK),  # some people commented, and one used a keyword
        (AnchorKind.EXACT, None, (), Band.OK),  # read before comments were counted
        (AnchorKind.BRANDED, 60, (), Band.OK),
        (AnchorKind.URL, 60, (), Band.OK),
        (AnchorKind.OTHER, 60, (), Band.OK),  # a visitor's name
        (AnchorKind.EXACT, 60, ("ugc",), Band.OK),
    ],
)
def test_only_keywords_in_crowds_of_unmarked_comments_are_worth_a_look(
    kind: AnchorKind, beside: int | None, rel: tuple[str, ...], band: Band
) -> None:
    page = a_page(**HONEST, comment_domains=beside, outlinks_external=beside or 0)
    link = a_link(position=Position.COMMENT, anchor_kind=kind, rel=frozenset(rel))
    score = judge(facts(link=link, page=page))
    assert score.band is band
    assert score.action is not Action.PROPOSE_DISAVOW
    in_content = dataclasses.replace(link, position=Position.CONTENT)
    assert judge(facts(link=in_content, page=page)).band is Band.OK


def test_an_unknown_ordinary_link_starts_at_five_percent() -> None:
    score = judge(facts())
    assert (score.milli, score.score) == (PRIOR, 5)


def test_evidence_of_three_families_is_a_candidate_and_says_so() -> None:
    link = a_poisoned_link(hidden=True)
    score = judge(facts(link=link, page=a_link_farm()))
    assert score.action is Action.PROPOSE_DISAVOW
    assert score.sentence.startswith("Candidate, you decide: ")
    assert score.changes[0].band is not Band.PROPOSE_DISAVOW


@pytest.mark.parametrize("hold", ["platform", "partner", "own_site", "placement"])
def test_a_guarded_domain_is_never_a_candidate(hold: str) -> None:
    link = a_poisoned_link(hidden=True)
    score = judge(facts(link=link, page=a_link_farm(), holds=(hold,)))
    assert (score.band, score.action) == (Band.REVIEW, Action.REQUEST_REMOVAL)
    assert score.holds == (hold,)


def test_a_link_not_seen_for_a_month_is_no_candidate() -> None:
    link = a_poisoned_link(hidden=True)
    score = judge(facts(link=link, page=a_link_farm(), days_unseen=31))
    assert score.band is Band.REVIEW


@pytest.mark.parametrize("rel", ["nofollow", "ugc", "sponsored"])
def test_a_link_that_is_not_counted_needs_no_action(rel: str) -> None:
    link = a_poisoned_link(hidden=True, rel=frozenset({rel}))
    score = judge(facts(link=link, page=a_link_farm()))
    assert score.action is Action.NO_ACTION_NEEDED
    assert score.sentence.startswith("Ignore: Google does")


def test_junk_that_nobody_aimed_at_the_site_needs_no_action() -> None:
    score = judge(facts(page=a_link_farm()))
    assert score.band is not Band.OK
    assert score.action is Action.NO_ACTION_NEEDED


def test_a_lost_link_needs_no_action() -> None:
    score = judge(facts(link=a_poisoned_link(hidden=True), page=a_link_farm(), lost=True))
    assert (score.action, score.sentence) == (Action.NO_ACTION_NEEDED, "Gone: nothing to do")


def test_a_kept_domain_is_left_alone() -> None:
    kept = a_verdict(Decision.KEEP)
    score = judge(facts(link=a_poisoned_link(hidden=True), page=a_link_farm(), verdict=kept))
    assert (score.action, score.sentence) == (Action.NO_ACTION_NEEDED, "Kept by your team")


def test_an_own_decision_is_no_family_of_evidence() -> None:
    condemned = a_verdict(Decision.DISAVOW)
    score = judge(facts(page=a_link_farm(), verdict=condemned))
    assert Family.HISTORY not in evidence_families(score.findings)


def test_without_a_page_the_answer_is_that_too_little_was_seen() -> None:
    score = judge(facts(page=None, link=a_poisoned_link(hidden=True)))
    assert (score.score, score.band, score.action) == (
        None,
        Band.INSUFFICIENT_DATA,
        Action.LOOK_AGAIN,
    )


def test_what_would_change_it_is_the_score_without_the_finding() -> None:
    score = judge(facts(link=a_poisoned_link()))
    change = next(item for item in score.changes if item.code == "poison_anchor")
    assert change.score == judge(facts()).score


def test_the_models_name_changes_with_any_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    before = weights.model_id()
    first = dataclasses.replace(weights.WEIGHTS[0], milli=weights.WEIGHTS[0].milli + 1)
    monkeypatch.setattr(weights, "WEIGHTS", (first, *weights.WEIGHTS[1:]))
    assert weights.model_id() != before
