"""Addresses are resolved as the URL Standard says, however they are written: every row of a table.

The rows have the form of the standard's own test data: input and base, then href or failure.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from shared import urls

ROWS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "data/resolve.json").read_text())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: ascii(f"{row['input']} {row['base']}"))
def test_an_address_is_resolved(row: dict[str, Any]) -> None:
    expected = None if row.get("failure") else row["href"]
    assert urls.resolve(row["input"], row["base"]) == expected


@pytest.mark.parametrize("row", [row for row in ROWS if "href" in row], ids=ascii)
def test_what_was_resolved_resolves_to_itself(row: dict[str, Any]) -> None:
    assert urls.resolve(row["href"]) == row["href"]
    assert urls.resolve(row["href"], "https://elsewhere.example/") == row["href"]


# The public suffix list's own test, in our words: a name, and the domain somebody can register.
@pytest.mark.parametrize(
    ("host", "domain"),
    [
        *[("", None), ("COM", None), ("example.COM", "example.com")],
        *[("WwW.example.COM", "example.com"), (".com", None), (".example", None)],
        *[(".example.com", None), (".example.example", None), ("example", None)],
        *[("example.example", "example.example"), ("b.example.example", "example.example")],
        *[("a.b.example.example", "example.example"), ("biz", None), ("domain.biz", "domain.biz")],
        *[("b.domain.biz", "domain.biz"), ("a.b.domain.biz", "domain.biz"), ("com", None)],
        *[("uk.com", None), ("example.uk.com", "example.uk.com")],
        *[("a.b.example.uk.com", "example.uk.com"), ("test.ac", "test.ac"), ("mm", None)],
        *[("c.mm", None), ("b.c.mm", "b.c.mm"), ("a.b.c.mm", "b.c.mm"), ("jp", None)],
        *[("test.jp", "test.jp"), ("ac.jp", None), ("test.ac.jp", "test.ac.jp")],
        *[("kyoto.jp", None), ("test.kyoto.jp", "test.kyoto.jp"), ("ide.kyoto.jp", None)],
        *[("b.ide.kyoto.jp", "b.ide.kyoto.jp"), ("c.kobe.jp", None), ("b.c.kobe.jp", "b.c.kobe.jp")],
        *[("city.kobe.jp", "city.kobe.jp"), ("www.city.kobe.jp", "city.kobe.jp"), ("ck", None)],
        *[("test.ck", None), ("b.test.ck", "b.test.ck"), ("www.ck", "www.ck")],
        *[("www.www.ck", "www.ck"), ("us", None), ("test.us", "test.us"), ("ak.us", None)],
        *[("test.ak.us", "test.ak.us"), ("k12.ak.us", None), ("a.k12.ak.us", "a.k12.ak.us")],
        *[("食狮.com.cn", "食狮.com.cn"), ("食狮.公司.cn", "食狮.公司.cn"), ("公司.cn", None)],
        *[("www.食狮.中国", "食狮.中国"), ("中国", None), ("shishi.公司.cn", "shishi.公司.cn")],
        *[("xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"), ("xn--55qx5d.cn", None)],
        *[("www.xn--85x722f.xn--fiqs8s", "xn--85x722f.xn--fiqs8s"), ("xn--fiqs8s", None)],
        *[("www.example.com.", "example.com"), ("1.2.3.4", None), ("[::1]", None)],
    ],
)  # fmt: skip
def test_the_domain_that_somebody_registered(host: str, domain: str | None) -> None:
    assert urls.registrable_domain(host) == domain
