"""Finds links to a site, and places that name it, in WARC and WET files: pages as they were answered."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from services.crawler.domain import page as reading
from services.crawler.domain.decoding import Body, TooLargeError, UndecodableError
from services.crawler.domain.discovery.hits import (
    MOST_TEXT,
    Damage,
    LinkHit,
    MentionHit,
    PageNote,
)
from services.crawler.domain.discovery.mentions import Terms, Wanted
from services.crawler.domain.discovery.warc import Record, records
from services.crawler.domain.discovery.wat import is_noindex
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.indexability import forbids_follow, header_directives
from services.crawler.domain.link import Link
from services.crawler.domain.look import is_html
from services.crawler.domain.page import Page
from services.crawler.domain.taming import MAX_TAGS
from shared import urls
from shared.vocabulary import LinkKind

PAGE_SOURCE = "warc"
TEXT_SOURCE = "wet"
MOST_DECODED = 10_000_000
_BROKEN_BODY = "a page could not be decoded"
_TOO_MANY_TAGS = "a page of too many tags was passed over"
_NO_PAGE = "there is no page in it"
_MOVED = frozenset({301, 302, 303, 307, 308})
Hit = LinkHit | MentionHit


def scan(chunks: Iterable[bytes], wanted: Wanted, damage: Damage) -> Iterator[Hit]:
    """Yield the links of other sites' pages to the site, and what names it without a link."""
    has_pages = False
    for record in records(chunks, damage):
        kind = record.kind
        has_pages = has_pages or kind in {"conversion", "response", "resource"}
        if kind == "conversion":
            yield from _mentions_of_text(record, wanted)
        elif kind in {"response", "resource"}:
            try:
                answer = _answer_of(record, kind)
            except UndecodableError:
                damage.note(_BROKEN_BODY)
                continue
            if answer is not None and not wanted.targets.has(urls.host_of(answer.url)):
                yield from dict.fromkeys(_hits_of(answer, record.seen_at, wanted, damage))
    if not has_pages:
        damage.note(_NO_PAGE)


def _answer_of(record: Record, kind: str) -> Fetched | None:
    """Return the answer in a record as the crawler would have received it."""
    url = urls.resolve(record.target)
    if url is None or not urls.is_http(url):
        return None
    if kind == "resource":
        headers: tuple[tuple[str, str], ...] = (("content-type", record.field("Content-Type")),)
        return Fetched(url=url, final_url=url, status=200, headers=headers, body=record.block)
    head, _, body = record.block.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    parts = [line.partition(":") for line in lines]
    headers = tuple((name.strip().lower(), value.strip()) for name, _, value in parts)
    code = first.split(" ")[1:2]
    status = int(code[0]) if code and code[0].isdecimal() else None
    answer = Fetched(url=url, final_url=url, status=status, headers=headers, body=body)
    return answer._replace(body=_decoded(answer))


def _decoded(answer: Fetched) -> bytes:
    """Return a body without its codings; Common Crawl took them off and renamed the headers."""
    body = answer.body
    if "chunked" in (answer.header("transfer-encoding") or "").lower():
        body = _joined(body)
    coding = answer.header("content-encoding") or ""
    if not coding or coding.lower() == "identity":
        return body
    opened = Body(coding, max_wire=MOST_DECODED, max_decoded=MOST_DECODED)
    try:
        opened.feed(body)
    except TooLargeError:
        return opened.so_far()
    except UndecodableError:
        # Some crawlers take the coding off and leave its header.
        if is_html(answer._replace(headers=())):
            return body
        raise
    return opened.so_far()


def _joined(body: bytes) -> bytes:
    """Return the chunks of a body as one; what is not in chunks, as it is (RFC 9112, 7.1)."""
    pieces: list[bytes] = []
    at = 0
    while (line := body.find(b"\r\n", at)) >= 0:
        try:
            size = int(body[at:line].partition(b";")[0], 16)
        except ValueError:
            return b"".join(pieces) if pieces else body
        if size <= 0:
            break
        pieces.append(body[line + 2 : line + 2 + size])
        at = line + 2 + size + 2
    return b"".join(pieces)


def _hits_of(
    answer: Fetched, seen_at: datetime | None, wanted: Wanted, damage: Damage
) -> Iterator[Hit]:
    location = answer.header("location")
    if location and answer.status in _MOVED:
        moved = Link(
            href_raw=location, url=urls.resolve(location, answer.url), kind=LinkKind.REDIRECT
        )
        if wanted.targets.has_url(moved.url):
            yield from _link_hits([moved], answer, seen_at, PageNote())
    elif is_html(answer) and _may_tell(answer.body, wanted):
        if answer.body.count(b"<") > MAX_TAGS:
            damage.note(_TOO_MANY_TAGS)
        else:
            headers = dict(reversed(answer.headers))
            page = reading.read(answer.body, answer.url, headers, wanted=wanted.targets.has)
            yield from _hits_on(page, answer, seen_at, wanted.terms)


def _may_tell(body: bytes, wanted: Wanted) -> bool:
    return wanted.targets.may_be_in_html(body) or wanted.terms.may_be_in(body)


def _hits_on(page: Page, answer: Fetched, seen_at: datetime | None, terms: Terms) -> Iterator[Hit]:
    note = _note_of(page, answer)
    yield from _link_hits(page.links, answer, seen_at, note)
    mention = None if page.links else terms.first_in(page.body.text)
    if mention is not None:
        yield MentionHit(
            referring_url=urls.normalise(answer.url),
            term=mention.term,
            sentence=mention.sentence,
            linked=False,
            source=PAGE_SOURCE,
            seen_at=seen_at,
            page=note,
        )


def _link_hits(
    links: Iterable[Link], answer: Fetched, seen_at: datetime | None, note: PageNote
) -> Iterator[LinkHit]:
    for link in links:
        if link.url is not None:
            yield LinkHit(
                referring_url=urls.normalise(answer.url),
                target_url=link.url,
                anchor_text=(link.visible_text or link.image_alt or "")[:MOST_TEXT],
                rel=link.rel,
                kind=link.kind,
                source=PAGE_SOURCE,
                seen_at=seen_at,
                page=note,
            )


def _note_of(page: Page, answer: Fetched) -> PageNote:
    said = (*page.directives, *header_directives(answer.header_values("x-robots-tag")))
    return PageNote(
        title=page.title, lang=page.lang, noindex=is_noindex(said), nofollow=forbids_follow(said)
    )


def _mentions_of_text(record: Record, wanted: Wanted) -> Iterator[MentionHit]:
    """Yield the mention in a text that was taken from a page: of its links nothing is known."""
    url = urls.resolve(record.target)
    if (
        url is None
        or wanted.targets.has(urls.host_of(url))
        or not wanted.terms.may_be_in(record.block)
    ):
        return
    text = record.block.decode("utf-8", "replace")
    mention = wanted.terms.first_in(text)
    if mention is not None:
        yield MentionHit(
            referring_url=urls.normalise(url),
            term=mention.term,
            sentence=mention.sentence,
            linked=None,
            source=TEXT_SOURCE,
            seen_at=record.seen_at,
            page=PageNote(
                title=" ".join(text.partition("\n")[0].split())[:MOST_TEXT] or None,
                lang=record.field("WARC-Identified-Content-Language").partition(",")[0] or None,
            ),
        )
