"""What becomes of a placement, its dates, its terms, and what a suppression covers."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.outreach.domain.placement import (
    TELL_DAYS_BEFORE,
    Conclusion,
    Seen,
    State,
    advance,
    due_notice,
    is_overdue,
    state_of,
)
from services.outreach.domain.suppression import (
    Subject,
    SuppressionKind,
    first_cover,
    normal_address,
    subject_of,
)
from services.outreach.domain.terms import (
    PAID_FOLLOWED,
    PAID_UNMARKED,
    Draft,
    Terms,
    check,
    warnings,
)
from shared.ids import new_id
from shared.vocabulary import ContractState, LinkStatus, Reason

TODAY = date(2026, 11, 3)
HOSTS = ("acme.example",)


@pytest.mark.parametrize(
    ("status", "contract", "expected"),
    [
        (LinkStatus.LIVE, ContractState.MET, Seen.LIVE),
        (LinkStatus.CHANGED, ContractState.MET, Seen.LIVE),
        (LinkStatus.LIVE, ContractState.MISMATCHED, Seen.MISMATCHED),
        (LinkStatus.CHANGED, ContractState.MISMATCHED, Seen.MISMATCHED),
        (LinkStatus.LOST, ContractState.MET, Seen.LOST),
        (LinkStatus.NOT_FOUND, ContractState.UNVERIFIED, Seen.PROMISED),
        (LinkStatus.UNKNOWN, ContractState.MET, Seen.PROMISED),
        (LinkStatus.PENDING, ContractState.UNVERIFIED, Seen.PROMISED),
        (LinkStatus.LIVE, ContractState.UNVERIFIED, Seen.PROMISED),
        (LinkStatus.LIVE, None, Seen.PROMISED),
    ],
)
def test_where_a_conclusion_takes_a_promise(
    status: LinkStatus, contract: ContractState | None, expected: Seen
) -> None:
    assert advance(Seen.PROMISED, (), Conclusion(status, contract)).seen is expected


@given(
    st.sampled_from(Seen),
    st.sampled_from([None, *ContractState]),
    st.sampled_from([LinkStatus.UNKNOWN, LinkStatus.PENDING, LinkStatus.NOT_FOUND]),
)
def test_a_look_that_told_nothing_changes_nothing(
    seen: Seen, contract: ContractState | None, status: LinkStatus
) -> None:
    reasons = (Reason.NOFOLLOW_ADDED,)
    step = advance(seen, reasons, Conclusion(status, contract, (Reason.TIMEOUT,)))
    assert (step.seen, step.reasons) == (seen, reasons)


def test_dates_and_people_come_before_what_was_seen() -> None:
    yesterday = TODAY - timedelta(days=1)
    assert state_of(Seen.LIVE, until_on=TODAY, cancelled=False, today=TODAY) is State.LIVE
    assert state_of(Seen.LIVE, until_on=yesterday, cancelled=False, today=TODAY) is State.EXPIRED
    assert state_of(Seen.LIVE, until_on=yesterday, cancelled=True, today=TODAY) is State.CANCELLED


def test_only_a_promise_that_was_never_seen_is_overdue() -> None:
    yesterday = TODAY - timedelta(days=1)
    assert is_overdue(State.PROMISED, go_live_on=yesterday, today=TODAY)
    assert not is_overdue(State.PROMISED, go_live_on=TODAY, today=TODAY)
    assert not is_overdue(State.LIVE, go_live_on=yesterday, today=TODAY)
    assert not is_overdue(State.PROMISED, go_live_on=None, today=TODAY)


@given(st.lists(st.integers(0, 40), max_size=40), st.integers(0, 30))
def test_each_notice_is_given_at_most_once_and_never_after_the_end(
    days: list[int], length: int
) -> None:
    until = TODAY + timedelta(days=length)
    told: int | None = None
    given_notices = []
    for day in sorted(days):
        today = TODAY + timedelta(days=day)
        notice = due_notice(until, told=told, today=today)
        if notice is not None:
            assert today <= until
            told = notice
            given_notices.append(notice)
    assert len(given_notices) == len(set(given_notices)) <= len(TELL_DAYS_BEFORE)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (Draft(), "domain"),
        (Draft(page="not a url", target="https://acme.example/"), "page"),
        (Draft(domain="co.uk"), "domain"),
        (Draft(domain="b.example", target="https://other.example/"), "target"),
        (Draft(page="https://www.acme.example/x"), "page"),
        (Draft(domain="b.example", rel=("dofollow",)), "rel"),
        (
            Draft(domain="b.example", go_live_on=TODAY, until_on=TODAY - timedelta(days=1)),
            "until_on",
        ),
        (Draft(domain="b.example", max_outlinks=0), "max_outlinks"),
        (Draft(domain="b.example", price=Decimal(-1), currency="EUR"), "price"),
        (Draft(domain="b.example", price=Decimal(5)), "currency"),
        (Draft(domain="b.example", price=Decimal(5), currency="euro"), "currency"),
        (Draft(domain="b.example", price=Decimal(5), currency="XXX"), "currency"),
        (Draft(domain="b.example", price=Decimal("5.5"), currency="jpy"), "price"),
        (Draft(domain="b.example", anchor_text="x" * 501), "anchor_text"),
    ],
)
def test_each_fault_of_the_terms_names_its_field_and_the_fix(draft: Draft, field: str) -> None:
    terms, faults = check(draft, hosts=HOSTS)
    assert terms is None
    assert f"/{field}" in [fault.pointer for fault in faults]
    assert all(fault.detail.endswith(".") for fault in faults)


def test_terms_are_normalised() -> None:
    draft = Draft(page="blog.example/a b#c", target="acme.example", anchor_text="  one\n two ")
    terms, _ = check(draft, hosts=HOSTS)
    assert terms is not None
    assert terms.referring_url == "https://blog.example/a%20b"
    assert (terms.referring_domain, terms.target_url) == ("blog.example", "https://acme.example/")
    assert terms.anchor_text == "one two"


def test_a_paid_followed_link_is_warned_of() -> None:
    paid = {"referring_domain": "b.example", "price": Decimal(5), "currency": "EUR"}
    assert warnings(Terms(**paid, rel=())) == [PAID_FOLLOWED]  # type: ignore[arg-type]
    assert warnings(Terms(**paid)) == [PAID_UNMARKED]  # type: ignore[arg-type]
    assert warnings(Terms(**paid, rel=("sponsored",))) == []  # type: ignore[arg-type]
    assert warnings(Terms(referring_domain="b.example", rel=())) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann@Example.COM", "ann@example.com"),
        ("ann+news@example.com", "ann@example.com"),
        ("<ann@example.com>", "ann@example.com"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@", None),
        ("@example.com", None),
        ("ann@localhost", None),
        ("no address", None),
    ],
)
def test_addresses_have_one_spelling(text: str, expected: str | None) -> None:
    assert normal_address(text) == expected


def test_a_domain_is_told_from_an_address() -> None:
    assert subject_of("https://www.Example.com/x") == Subject(SuppressionKind.DOMAIN, "example.com")
    assert subject_of("mailto:Ann@Example.com") == Subject(SuppressionKind.EMAIL, "ann@example.com")
    assert subject_of("co.uk") is None


def test_a_suppressed_domain_covers_addresses_below_it() -> None:
    known = [Subject(SuppressionKind.DOMAIN, "example.com")]
    workspace_id = new_id()
    assert first_cover("ann@mail.example.com", known, workspace_id) == known[0]
    assert first_cover("ann@badexample.com", known, workspace_id) is None
