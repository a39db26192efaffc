"""The twelve hard safe-guards, each asked of the writer by its number (docs/disavow.md)."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.toxicity.domain.disavow.entries import Entry, EntryKind
from services.toxicity.domain.disavow.safeguards import (
    CODES,
    Case,
    Impact,
    Safeguard,
    Witness,
    large_because,
)
from services.toxicity.domain.disavow.writer import HeldError, draft, write
from services.toxicity.domain.guard import Guard, guard_of

SPAM = "spam-links.net"
SEEN = Witness(
    links=2, pages_read=2, families=frozenset({"anchor", "content", "place"}), days_unseen=1
)
READY = Case(
    witnesses={SPAM: SEEN},
    advice_heeded=True,
    impact=Impact(new_domains=1, domains_this_week=1, referring_domains=100),
)
NOBODY = Guard()


def domain(name: str) -> Entry:
    return Entry(EntryKind.DOMAIN, name)


def page(url: str) -> Entry:
    return Entry(EntryKind.URL, url)


def refused(
    *entries: Entry, guard: Guard = NOBODY, case: Case = READY
) -> Mapping[str, Safeguard | None]:
    """Return by which safe-guard each entry is kept out of what is written."""
    names = {code: guard for guard, codes in CODES.items() for code in codes}
    written = write(entries, guard=guard, case=case)
    return {one.entry: names.get(one.code) for one in written.refused}


def held(case: Case, entry: Entry = domain(SPAM)) -> str:  # noqa: B008 - an entry is frozen
    with pytest.raises(HeldError) as caught:
        write([entry], case=case)
    return caught.value.code


def test_a_domain_that_passes_all_of_them_is_written() -> None:
    assert write([domain(SPAM)], case=READY).text == f"domain:{SPAM}\n"


def test_1_a_shared_name_an_address_or_a_top_level_domain_is_never_written() -> None:
    names = ("blogspot.com", "herokuapp.com", "github.io", "co.uk", "1.2.3.4", "com", "ply.gg")
    assert set(refused(*map(domain, names)).values()) == {Safeguard.SHARED_NAME}
    assert write(map(domain, names), case=READY).text == ""
    assert write([page("http://x.github.io/a")], case=READY).urls == 1


def test_2_a_trusted_site_or_a_platform_is_written_only_as_a_page() -> None:
    names = ("wikipedia.org", "openlibrary.org", "gitlab.com", "mysql.com", "ietf.org")
    assert set(refused(*map(domain, names)).values()) == {Safeguard.TRUSTED}
    assert write([page("https://gitlab.com/x/spam")], case=READY).urls == 1


def test_3_a_public_body_or_a_university_is_written_only_as_a_page() -> None:
    names = ("nasa.gov", "mit.edu", "ox.ac.uk", "army.mil", "ku.dk", "x.k12.ca.us")
    found = refused(*map(domain, names))
    assert set(found.values()) == {Safeguard.PUBLIC_BODY}
    told = draft([domain("nasa.gov")]).refused[0].sentence
    assert "hacked; tell the webmaster" in told
    assert write([page("https://ku.dk/hacked")], case=READY).urls == 1


def test_4_own_sister_client_partner_competitor_and_former_domains_are_never_written() -> None:
    guard = guard_of(
        own=["acme.net", "sister.net", "former-acme.net"], partners=["p.net"], competitors=["c.net"]
    )
    names = ("acme.net", "shop.sister.net", "former-acme.net", "p.net", "c.net")
    assert set(refused(*map(domain, names), guard=guard).values()) == {Safeguard.OWN}
    assert set(refused(page("http://p.net/a"), guard=guard).values()) == {Safeguard.OWN}


def test_5_a_domain_with_a_placement_is_never_written() -> None:
    guard = guard_of(placed=[SPAM])
    assert refused(domain(SPAM), guard=guard) == {f"domain:{SPAM}": Safeguard.AGREED}
    assert set(refused(page(f"http://{SPAM}/a"), guard=guard).values()) == {Safeguard.AGREED}


def test_6_a_domain_with_good_links_is_written_only_as_pages() -> None:
    case = replace(READY, witnesses={SPAM: replace(SEEN, good_links=1)})
    assert refused(domain(SPAM), case=case) == {f"domain:{SPAM}": Safeguard.GOOD_LINKS}
    assert write([page(f"http://{SPAM}/a")], case=case).urls == 1


@pytest.mark.parametrize(
    "witness",
    [
        None,
        replace(SEEN, pages_read=0),
        replace(SEEN, families=frozenset()),
        replace(SEEN, families=frozenset({"lexical"})),
    ],
)
def test_7_a_domain_known_by_its_name_or_one_family_is_never_written(
    witness: Witness | None,
) -> None:
    case = replace(READY, witnesses={SPAM: witness} if witness else {})
    assert refused(domain(SPAM), case=case) == {f"domain:{SPAM}": Safeguard.NAME_ALONE}


@pytest.mark.parametrize(
    "witness",
    [
        replace(SEEN, days_unseen=31),
        replace(SEEN, days_unseen=None),
        replace(SEEN, failed_looks=1),
        replace(SEEN, failed_looks=2),
    ],
)
def test_8_a_domain_not_seen_live_lately_or_not_looked_at_often_enough_is_never_written(
    witness: Witness,
) -> None:
    case = replace(READY, witnesses={SPAM: witness})
    assert refused(domain(SPAM), case=case) == {f"domain:{SPAM}": Safeguard.NOT_SEEN}


def test_8_three_failed_looks_at_a_domain_seen_lately_are_believed() -> None:
    case = replace(READY, witnesses={SPAM: replace(SEEN, days_unseen=30, failed_looks=3)})
    assert refused(domain(SPAM), case=case) == {}


@pytest.mark.parametrize(
    "impact",
    [
        Impact(new_domains=1, domains_this_week=51, referring_domains=10_000),
        Impact(new_domains=6, domains_this_week=6, referring_domains=100),
        Impact(new_domains=1, domains_this_week=1, referring_domains=900, authority_share=0.021),
    ],
)
def test_9_a_large_set_is_never_written_without_a_second_reviewer(impact: Impact) -> None:
    alone = replace(READY, impact=impact, reviewers=1)
    assert held(alone) == "large-set"
    assert write([domain(SPAM)], case=replace(alone, reviewers=2)).domains == 1


@pytest.mark.parametrize(
    "impact",
    [
        Impact(new_domains=1, domains_this_week=50, referring_domains=10_000),
        Impact(new_domains=5, domains_this_week=5, referring_domains=100),
        Impact(new_domains=1, domains_this_week=1, referring_domains=900, authority_share=0.02),
        Impact(new_domains=1, domains_this_week=1, referring_domains=3),
    ],
)
def test_9_a_small_set_needs_one_person(impact: Impact) -> None:
    assert large_because(replace(READY, impact=impact)) is None


def test_10_search_engines_cdns_translators_archives_and_caches_are_never_written() -> None:
    names = ("google.com", "bing.com", "web.archive.org", "jsdelivr.net", "bit.ly", "deepl.com")
    assert set(refused(*map(domain, names)).values()) == {Safeguard.INFRASTRUCTURE}


def test_11_what_a_person_decided_to_keep_is_never_written() -> None:
    guard = guard_of(kept=[SPAM])
    assert refused(domain(SPAM), guard=guard) == {f"domain:{SPAM}": Safeguard.KEPT}
    assert set(refused(page(f"http://{SPAM}/a"), guard=guard).values()) == {Safeguard.KEPT}


def test_12_nothing_new_is_written_before_the_advice_was_heeded() -> None:
    case = replace(READY, advice_heeded=False)
    assert held(case) == "advice-first"
    assert held(case, page(f"http://{SPAM}/a")) == "advice-first"
    assert (
        "most sites need no disavow file" in draft([domain(SPAM)], case=case).objections[0].sentence
    )


def test_what_is_in_force_is_asked_for_no_new_evidence() -> None:
    entries = [domain("old-one.net"), page("http://old-two.net/a")]
    in_force = frozenset(entry.line for entry in entries)
    case = Case(in_force=in_force, impact=Impact(new_domains=99, domains_this_week=99))
    assert len(write(entries, case=case).text.splitlines()) == 2


def test_what_is_in_force_and_guarded_by_its_name_is_not_written_again() -> None:
    case = Case(in_force=frozenset({"domain:blogspot.com"}))
    assert refused(domain("blogspot.com"), case=case) == {
        "domain:blogspot.com": Safeguard.SHARED_NAME
    }


def test_a_refused_domain_does_not_swallow_the_pages_that_may_be_written() -> None:
    case = replace(READY, witnesses={})
    assert write([domain(SPAM), page(f"http://{SPAM}/a")], case=case).text == f"http://{SPAM}/a\n"


def test_every_safeguard_has_codes_and_each_code_is_of_one_safeguard() -> None:
    assert set(CODES) == set(Safeguard)
    assert list(Safeguard) == list(range(1, 13))
    codes = [code for codes in CODES.values() for code in codes]
    assert len(codes) == len(set(codes))


WITNESSES = st.builds(
    Witness,
    links=st.integers(0, 3),
    pages_read=st.integers(0, 2),
    families=st.frozensets(st.sampled_from(["anchor", "content", "lexical"])),
    days_unseen=st.none() | st.integers(0, 60),
    good_links=st.integers(0, 1),
    failed_looks=st.integers(0, 4),
)
CASES = st.builds(
    Case,
    witnesses=st.fixed_dictionaries({SPAM: WITNESSES}),
    advice_heeded=st.booleans(),
    impact=st.builds(
        Impact,
        new_domains=st.just(1),
        domains_this_week=st.integers(1, 60),
        referring_domains=st.integers(0, 50),
        authority_share=st.none() | st.floats(0, 0.1),
    ),
    reviewers=st.integers(0, 3),
)


@given(CASES)
def test_a_new_domain_is_written_only_where_every_safeguard_lets_it(case: Case) -> None:
    try:
        text = write([domain(SPAM)], case=case).text
    except HeldError:
        return
    if text:
        seen = case.witnesses[SPAM]
        assert seen.pages_read
        assert not seen.good_links
        assert len(seen.families) >= 2
        assert seen.days_unseen is not None
        assert seen.days_unseen <= 30
        assert seen.failed_looks in {0, 3, 4}
        assert case.advice_heeded
        assert large_because(case) is None or case.reviewers >= 2
