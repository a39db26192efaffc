"""Each kind of evidence alone: what makes the finding, and what does not."""

import pytest

from services.toxicity.domain.facts import Decision, Facts, LinkFacts, PageView
from services.toxicity.domain.findings import find
from services.toxicity.domain.weights import BY_CODE, CAPS, POLICY_URL, WEIGHTS
from shared.vocabulary import AnchorFlag, AnchorKind, Position, Reason
from tests.toxicity.builders import (
    PARAGRAPH,
    a_crowd,
    a_link,
    a_link_farm,
    a_page,
    a_poisoned_link,
    a_verdict,
    an_exact_link,
    facts,
)


def codes(given: Facts) -> set[str]:
    return {finding.code for finding in find(given)}


FOREIGN = frozenset({AnchorFlag.OTHER_LANGUAGE})
OF_LINKS: list[tuple[str, LinkFacts, LinkFacts]] = [
    ("poison_anchor", a_poisoned_link(), a_link()),
    ("other_language_anchor", a_link(anchor_flags=FOREIGN), a_link()),
    ("brand_anchor", a_link(anchor_kind=AnchorKind.BRANDED), a_link()),
    ("hidden_link", a_link(hidden=True), a_link()),
    ("footer_link", a_link(position=Position.FOOTER), a_link(position=Position.NAV)),
    (
        "comment_link",
        a_link(position=Position.COMMENT),
        a_link(position=Position.COMMENT, rel=frozenset({"ugc"})),
    ),
    ("repeated_on_page", a_link(occurrence_count=5), a_link(occurrence_count=4)),
    ("qualified_link", a_link(rel=frozenset({"sponsored"})), a_link(rel=frozenset({"noopener"}))),
    ("qualified_link", a_link(page_followed=False), a_link(page_followed=None)),
    (
        "redirect_chain",
        a_link(redirect_domains=("a.example", "b.example")),
        a_link(redirect_domains=("a.example",)),
    ),
    ("unique_paragraph", a_link(context=PARAGRAPH), a_link(context="Links: shop, news")),
    ("unique_paragraph", a_link(context=PARAGRAPH), a_poisoned_link(context=PARAGRAPH)),
    (
        "injected_link",
        a_poisoned_link(position=Position.FOOTER),
        a_poisoned_link(position=Position.CONTENT),
    ),
]


@pytest.mark.parametrize(("code", "guilty", "innocent"), OF_LINKS)
def test_a_finding_of_the_link(code: str, guilty: LinkFacts, innocent: LinkFacts) -> None:
    assert code in codes(facts(link=guilty))
    assert code not in codes(facts(link=innocent))


LIST = {"visible_chars": 1_000, "outlinks_external": 30}
OF_PAGES: list[tuple[str, PageView, PageView]] = [
    ("link_list", a_page(**LIST, anchor_chars=600), a_page(**LIST, anchor_chars=590)),
    ("link_list", a_page(**LIST, anchor_chars=600), a_page(visible_chars=1_000, anchor_chars=600)),
    ("link_list", a_page(**LIST, anchor_chars=600), a_page(**LIST, anchor_chars=1_001)),
    ("bare_link_list", a_page(**LIST, anchor_chars=850), a_page(**LIST, anchor_chars=840)),
    (
        "thin_page",
        a_page(word_count=99, outlinks_external=20),
        a_page(word_count=99, outlinks_external=19),
    ),
    (
        "repetitive_page",
        a_page(compression_ratio=10.0, visible_chars=2_000),
        a_page(compression_ratio=12.0, visible_chars=200),
    ),
    ("poison_title", a_page(title_is_toxic=True), a_page()),
    (
        "hidden_links_on_page",
        a_page(hidden_links=30, outlinks_external=30),
        a_page(hidden_links=30, outlinks_external=29),
    ),
    ("contact_present", a_page(has_contact=True), a_page()),
    ("legal_present", a_page(has_legal=True), a_page()),
    (
        "real_text",
        a_page(word_count=300, visible_chars=2_000, anchor_chars=600),
        a_page(word_count=300, visible_chars=2_000, anchor_chars=601),
    ),
    ("many_external_links", a_page(outlinks_external=101), a_page(outlinks_external=100)),
    ("very_many_external_links", a_page(outlinks_external=301), a_page(outlinks_external=300)),
]


@pytest.mark.parametrize(("code", "guilty", "innocent"), OF_PAGES)
def test_a_finding_of_the_page(code: str, guilty: PageView, innocent: PageView) -> None:
    assert code in codes(facts(page=guilty))
    assert code not in codes(facts(page=innocent))


def test_a_target_keyword_is_overused_above_ten_percent_of_fifty_domains() -> None:
    link = an_exact_link()
    assert "exact_overuse" in codes(facts(link=link, around=a_crowd(exact_domains=11)))
    assert "exact_overuse" not in codes(facts(link=link, around=a_crowd(exact_domains=10)))
    assert "exact_gross_overuse" in codes(facts(link=link, around=a_crowd(exact_domains=26)))
    few = a_crowd(domains=49, exact_domains=49)
    assert "exact_gross_overuse" not in codes(facts(link=link, around=few))
    other = facts(link=a_link(), around=a_crowd(exact_domains=26))
    assert "exact_gross_overuse" not in codes(other)


def test_the_same_text_on_more_than_five_percent_of_domains_is_told_unless_it_is_the_brand() -> (
    None
):
    crowd = a_crowd(anchor_domains=6)
    assert "repeated_anchor" in codes(facts(around=crowd))
    brand = a_link(anchor_kind=AnchorKind.BRANDED)
    assert "repeated_anchor" not in codes(facts(link=brand, around=crowd))
    assert "repeated_anchor" not in codes(facts(around=a_crowd(anchor_domains=5)))


def test_many_links_of_one_domain_are_sitewide_only_in_its_template() -> None:
    crowd = a_crowd(links_of_domain=10)
    assert "sitewide_link" in codes(facts(link=a_link(position=Position.FOOTER), around=crowd))
    assert "sitewide_link" not in codes(facts(link=a_link(), around=crowd))


def test_the_newest_look_tells_of_parking_and_cloaking() -> None:
    assert "parked" in codes(facts(last_reasons=frozenset({Reason.PARKED})))
    assert "cloaked" in codes(facts(last_reasons=frozenset({Reason.CLOAKED})))


def test_a_page_that_we_could_not_look_at_is_told_and_weighs_nothing() -> None:
    found = find(facts(last_reasons=frozenset({Reason.BLOCKED_BY_WALL})))
    assert {item.code: item.milli for item in found} == {"page_blocked": 0}


def test_your_own_decisions_are_findings() -> None:
    assert "domain_kept" in codes(facts(verdict=a_verdict(Decision.KEEP)))
    assert "domain_condemned" in codes(facts(verdict=a_verdict(Decision.DISAVOW)))
    one_link = a_verdict(Decision.DISAVOW, whole_domain=False)
    assert "domain_condemned" not in codes(facts(verdict=one_link))


def test_nothing_known_gives_no_finding() -> None:
    assert codes(Facts()) == set()
    assert codes(Facts(link=LinkFacts(), page=None)) == set()
    assert codes(Facts(page=PageView(url="", referring_domain=""))) == set()


def test_every_finding_names_its_evidence_in_words() -> None:
    everything = facts(
        link=a_poisoned_link(hidden=True, position=Position.FOOTER, occurrence_count=9),
        page=a_page(**LIST, anchor_chars=900, has_contact=True),
    )
    for finding in find(everything):
        assert finding.evidence.endswith(".")
        assert "_" not in finding.evidence + finding.short + finding.value
        assert BY_CODE[finding.code].source


def test_every_weight_fits_its_family() -> None:
    for weight in WEIGHTS:
        low, high = CAPS[weight.family]
        assert low <= weight.milli <= high
    assert POLICY_URL.startswith("https://developers.google.com/")


def test_on_a_list_of_links_the_words_around_a_link_are_no_paragraph() -> None:
    link = a_link(context=PARAGRAPH)
    assert "unique_paragraph" in codes(facts(link=link, page=a_page(visible_chars=100)))
    assert "unique_paragraph" not in codes(facts(link=link, page=a_link_farm()))
