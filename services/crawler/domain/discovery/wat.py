"""Finds links to a site in WAT files: what Common Crawl kept of the links of each page."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from services.crawler.domain.discovery.hits import MOST_TEXT, Damage, LinkHit, PageNote
from services.crawler.domain.discovery.targets import Targets
from services.crawler.domain.discovery.warc import Record, moment_of, records
from services.crawler.domain.indexability import (
    Directive,
    directives_of,
    forbids_follow,
    is_robots_meta,
    meta_directives,
)
from services.crawler.domain.links import host_of_plain, refresh_of, tokens_of
from shared import urls
from shared.vocabulary import LinkKind

SOURCE = "wat"
_BAD_JSON = "a record is not the JSON of a WAT file"
_NO_WAT = "there is no record of a WAT file in it"
_KINDS = {
    "a@/href": LinkKind.TEXT,
    "area@/href": LinkKind.IMAGE,
    "iframe@/src": LinkKind.FRAME,
    "frame@/src": LinkKind.FRAME,
    "form@/action": LinkKind.FORM,
}
_MOVED = frozenset({"301", "302", "303", "307", "308"})
Fields = Mapping[str, Any]


def scan(chunks: Iterable[bytes], targets: Targets, damage: Damage) -> Iterator[LinkHit]:
    """Yield the links of other sites' pages to the site, as the file comes in."""
    is_wat = False
    for record in records(chunks, damage):
        if record.block.startswith(b"{"):
            is_wat = True
            if targets.may_be_in_json(record.block):
                yield from dict.fromkeys(_links_of(record, targets, damage))
    if not is_wat:
        damage.note(_NO_WAT)


def _links_of(record: Record, targets: Targets, damage: Damage) -> Iterator[LinkHit]:
    envelope = _object(_parsed(record.block, damage), "Envelope")
    header = _object(envelope, "WARC-Header-Metadata")
    if str(header.get("WARC-Type", "response")).lower() != "response":
        return
    url = urls.resolve(_text(header.get("WARC-Target-URI")) or record.target)
    if url is None or not urls.is_http(url) or targets.has(urls.host_of(url)):
        return
    answer = _object(envelope, "Payload-Metadata", "HTTP-Response-Metadata")
    if not answer:
        return
    head = _object(answer, "HTML-Metadata", "Head")
    seen_at = moment_of(header.get("WARC-Date")) or record.seen_at
    page = _note_of(head, _headers_of(answer))
    base = urls.resolve(_text(head.get("Base")), url) or url
    base_host = urls.host_of(base)
    for href, anchor, rel, kind in _candidates(answer, head):
        host = host_of_plain(href, base_host)
        if host is not None and not targets.has(host):
            continue  # most links: their host can be read off, and is not ours
        target = urls.resolve(href, url if kind is LinkKind.REDIRECT else base)
        if target is not None and targets.has_url(target):
            yield LinkHit(
                referring_url=urls.normalise(url),
                target_url=target,
                anchor_text=anchor,
                rel=rel,
                kind=kind,
                source=SOURCE,
                seen_at=seen_at,
                page=page,
            )


_Candidate = tuple[str, str, tuple[str, ...], LinkKind]


def _candidates(answer: Fields, head: Fields) -> Iterator[_Candidate]:
    """Yield whatever leads somewhere: the links, the references of the head, a redirect."""
    for link in _objects(_object(answer, "HTML-Metadata").get("Links")):
        kind = _KINDS.get(_text(link.get("path")).lower())
        if kind is not None:
            anchor = " ".join(_text(link.get("text")).split())[:MOST_TEXT]
            yield _text(link.get("url")), anchor, tokens_of(_text(link.get("rel"))), kind
    for link in _objects(head.get("Link")):
        rel = tokens_of(_text(link.get("rel")))
        kind = _kind_of_reference(rel, _text(link.get("type")).lower())
        if kind is not None:
            yield _text(link.get("url")), "", rel, kind
    for meta in _objects(head.get("Metas")):
        refresh = None
        if _text(meta.get("http-equiv")).lower() == "refresh":
            refresh = refresh_of(_text(meta.get("content")))
        if refresh is not None:
            yield refresh[1], "", (), LinkKind.REFRESH
    location = _headers_of(answer).get("location")
    if location and _text(_object(answer, "Response-Message").get("Status")) in _MOVED:
        yield location[0], "", (), LinkKind.REDIRECT


def _kind_of_reference(rel: Sequence[str], media_type: str) -> LinkKind | None:
    if "canonical" in rel:
        return LinkKind.CANONICAL
    if "alternate" in rel and "stylesheet" not in rel:
        is_feed = media_type in {"application/rss+xml", "application/atom+xml"}
        return LinkKind.RSS if is_feed else LinkKind.ALTERNATE
    return None


def _note_of(head: Fields, headers: Mapping[str, Sequence[str]]) -> PageNote:
    said: list[Directive] = []
    for meta in _objects(head.get("Metas")):
        name = _text(meta.get("name")).strip().lower()
        if is_robots_meta(name):
            said += meta_directives(name, _text(meta.get("content")))
    for value in headers.get("x-robots-tag", ()):
        said += directives_of(value)
    language = next(iter(headers.get("content-language", ())), "")
    title = " ".join(_text(head.get("Title")).split())[:MOST_TEXT]
    return PageNote(
        title=title or None,
        lang=language.partition(",")[0].strip() or None,
        noindex=is_noindex(said),
        nofollow=forbids_follow(said),
    )


def is_noindex(said: Iterable[Directive]) -> bool:
    """Return whether Google was asked not to index; until when is not asked of an old copy."""
    return any(
        one.name in {"noindex", "none"} and one.agent in {None, "googlebot", "*"} for one in said
    )


def _headers_of(answer: Fields) -> dict[str, list[str]]:
    """Return the headers of an answer by their small names; repeated ones come as a list."""
    found: dict[str, list[str]] = {}
    for name, value in _object(answer, "Headers").items():
        values = value if isinstance(value, list) else [value]
        found.setdefault(name.lower(), []).extend(map(_text, values))
    return found


def _parsed(block: bytes, damage: Damage) -> Fields:
    try:
        found = orjson.loads(block)
    except ValueError:
        # Halves of characters are no UTF-8, but old extractors wrote them.
        try:
            found = json.loads(block.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            damage.note(_BAD_JSON)
            return {}
    return found if isinstance(found, dict) else {}


def _object(fields: Fields, *path: str) -> Fields:
    for name in path:
        inner = fields.get(name)
        if not isinstance(inner, dict):
            return {}
        fields = inner
    return fields


def _objects(value: object) -> Iterator[Fields]:
    items = value if isinstance(value, list) else [value]
    return (item for item in items if isinstance(item, dict))


def _text(value: object) -> str:
    if not isinstance(value, str):
        return "" if value is None else str(value)
    return value if value.isascii() else urls.scalar_values(value)
