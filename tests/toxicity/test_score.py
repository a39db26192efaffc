"""The score: it adds up exactly, holds its limits, and never condemns for what was not seen."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.toxicity.domain import weights
from services.toxicity.domain.facts import Decision, Facts, LinkFacts, PageView, Surroundings
from services.toxicity.domain.score import (
    FAMILIES_TO_PROPOSE,
    PROPOSE_FROM,
    evidence_families,
    judge,
    probability,
    waterfall_json,
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


@settings(max_examples=300)
@given(all_facts)
def test_what_was_not_seen_never_speaks_against_a_link(given_facts: Facts) -> None:
    whole = judge(given_facts)
    for less in (
        dataclasses.replace(given_facts, page=None),
        dataclasses.replace(given_facts, link=None),
        dataclasses.replace(given_facts, around=Surroundings()),
        dataclasses.replace(given_facts, last_reasons=frozenset()),
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
