"""Addresses: the one spelling under which a person is known, and which can be written to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.outreach.domain.address import (
    address_key,
    domain_of,
    fault_of,
    is_unattended,
    written,
)
from services.outreach.domain.suppression import covering, first_cover, subject_of
from shared.ids import new_id


@pytest.mark.parametrize(
    ("spelling", "key"),
    [
        ("Ann@Example.ORG", "ann@example.org"),
        (" <ann+news@example.org> ", "ann@example.org"),
        ("j.o.hn@gmail.com", "john@gmail.com"),
        ("john+x@GoogleMail.com", "john@gmail.com"),
        ("j.o.hn@example.org", "j.o.hn@example.org"),
        ("STRASSE@münchen.example", "strasse@xn--mnchen-3ya.example"),
        ("straße@example.org", "strasse@example.org"),
        ("cafe\u0301@example.org", "café@example.org"),
        ("MAILER-DAEMON", "mailer-daemon"),
    ],
)
def test_spellings_of_one_person_have_one_key(spelling: str, key: str) -> None:
    assert address_key(spelling) == key


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30) | st.emails())
def test_a_key_is_its_own_key(text: str) -> None:
    assert address_key(address_key(text)) == address_key(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "ann", "@example.org", "ann@", "ann@localhost", "ann@10.0.0.1", "ann@co.uk"),
        *("ann@@example.org", "a b@example.org", ".ann@example.org", "ann..b@example.org"),
        *("ann@example.org\nBcc: b@example.org", "ann\n@example.org", '"ann b"@example.org'),
        *(f"{'a' * 65}@example.org", f"ann@{'a' * 250}.org", "ann@example.org, b@example.org"),
        *("ann@exam ple.org", "ann@example.org/x", "<ann@example.org>"),
    ],
)
def test_what_cannot_be_written_to_is_refused_with_a_sentence(text: str) -> None:
    assert (fault_of(text) or "").endswith(".")


@pytest.mark.parametrize("text", ["ann@example.org", "o'neil+x@münchen.de", "jürgen@web.de"])
def test_good_addresses_are_taken(text: str) -> None:
    assert fault_of(text) is None


def test_an_address_is_written_to_as_it_was_given() -> None:
    assert written(" J.Doe+links@Gmail.com ") == "J.Doe+links@gmail.com"
    assert domain_of("ann@mail.shop.co.uk") == "shop.co.uk"
    assert is_unattended("no-reply@example.org")
    assert not is_unattended("nora@example.org")


def test_a_suppressed_spelling_covers_every_other_one() -> None:
    asked = subject_of("J.Doe@googlemail.com")
    assert asked is not None
    workspace_id = new_id()
    assert first_cover(address_key("jdoe+x@gmail.com"), [asked], workspace_id) == asked
    older = subject_of("googlemail.com")
    assert older in covering(address_key("ann@gmail.com"), workspace_id)
