"""On hostile pages we see the links that Chromium sees (answers in data/traps.json)."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.crawler.domain.page import read
from shared.vocabulary import LinkKind
from tests.crawler import hostile

ANSWERS = Path(__file__).parent.parent / "data" / "traps.json"
PAGES: list[dict[str, Any]] = json.loads(ANSWERS.read_text())
UTF_8 = {"Content-Type": "text/html; charset=utf-8"}


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("page", PAGES, ids=[page["name"] for page in PAGES])
def test_the_links_are_those_of_the_browser(page: dict[str, Any]) -> None:
    ours = read(page["html"].encode(), hostile.URL, UTF_8)
    clickable = [link for link in ours.links if link.kind in {LinkKind.TEXT, LinkKind.IMAGE}]
    assert [(link.href_raw, link.url, link.text) for link in clickable] == [
        (link["href"], link["url"], squeezed(link["text"])) for link in page["links"]
    ]
    assert [(link.rel, link.image_alt) for link in clickable] == [
        (tuple(dict.fromkeys((link["rel"] or "").lower().split())), link["alt"])
        for link in page["links"]
    ]
    assert ours.base == page["base"]


@pytest.mark.parametrize("page", PAGES, ids=[page["name"] for page in PAGES])
def test_looking_only_for_one_host_finds_the_same_links(page: dict[str, Any]) -> None:
    def wanted(host: str) -> bool:
        return host == hostile.HOST or host.endswith(f".{hostile.HOST}")

    whole = read(page["html"].encode(), hostile.URL, UTF_8)
    part = read(page["html"].encode(), hostile.URL, UTF_8, wanted=wanted)
    hosts = [link for link in whole.links if link.url and wanted(_host(link.url))]
    assert [link.url for link in part.links] == [link.url for link in hosts]
    assert (part.outlinks_internal, part.outlinks_external) == (
        whole.outlinks_internal,
        whole.outlinks_external,
    )


def test_the_committed_answers_are_of_the_committed_pages() -> None:
    assert {page["name"]: page["html"] for page in PAGES} == hostile.PAGES


def _host(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        return ""
    authority = url.split("/")[2]
    return authority.rpartition("@")[2].partition(":")[0].removesuffix(".")
