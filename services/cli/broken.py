"""`anchorwatch broken --page URL ... --site DOMAIN`: dead links on pages of others, and pages of yours that fit.

One look is not enough to call a link dead: without `--confirm-after` each is said to need a second one.
Exit codes: 0 something looks dead, 1 nothing does, 3 a page could not be read, 2 wrong usage.
"""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

import orjson

from services.cli.plain import plain
from services.cli.statuses import checked, lines_of, own_sightline
from services.crawler.adapters.eyes import Eyes, Sightline, open_eyes
from services.crawler.adapters.outlooks import ask, page_within
from services.crawler.domain.survey.judging import Address, AddressState, after_look, seen
from services.crawler.domain.survey.outlinks import Outlink
from services.crawler.domain.survey.pages import Surveyed, survey_of
from services.profile.domain.matching import Fitting, Matcher, OwnPage, Wanted
from shared import urls, words

MOST_PAGES = 100
MOST_ADDRESSES = 1_000
MOST_OF_A_DOMAIN = 10
_AT_ONCE = 16
_SITEMAPS_S = 60.0
_DEADISH = frozenset({AddressState.DOUBTFUL, AddressState.DEAD})


@dataclass(slots=True)
class Dead:
    """An address that looks dead, and the pages that link to it."""

    url: str
    address: Address
    pages: dict[str, Outlink] = field(default_factory=dict)
    fitting: list[Fitting] = field(default_factory=list)


def main(arguments: Sequence[str]) -> int:
    """Look, print what was seen, and return the exit code."""
    options = _parser().parse_args(list(arguments))
    sightline = own_sightline()
    given = [*options.page, *(lines_of(options.file) if options.file else ())]
    if not given or len(given) > MOST_PAGES:
        _parser().error(f"name 1 to {MOST_PAGES} pages with --page or --file")
    pages = [checked(text, sightline, pointer="/page") for text in dict.fromkeys(given)]
    site = urls.host_of(urls.from_text(options.site) or "")
    if "." not in site:
        _parser().error("--site takes the domain of your site, such as acme.example")
    found, unread = asyncio.run(_look(pages, site, sightline, options.confirm_after))
    told = list(_json(found)) if options.json else []
    if options.json:
        sys.stdout.buffer.write(
            orjson.dumps({"dead": told, "unread": unread}, option=orjson.OPT_INDENT_2) + b"\n"
        )
    else:
        print("\n".join(_spoken(found, unread, len(pages))))
    if unread:
        return 3
    return 0 if found else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="anchorwatch broken",
        description="Look for dead links on pages of others, and for pages of yours in their place.",
        epilog="Exit codes: 0 something looks dead, 1 nothing does, 3 a page could not be read, "
        "2 wrong usage.",
    )
    parser.add_argument(
        "--page", metavar="URL", action="append", default=[], help="a page of others"
    )
    parser.add_argument("--file", help="a file with one page on each line; - is standard input")
    parser.add_argument("--site", metavar="DOMAIN", required=True, help="your site")
    parser.add_argument(
        "--confirm-after",
        metavar="SECONDS",
        type=float,
        help="wait so long and look a second time; an hour (3600) is what the running product takes",
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    return parser


async def _look(
    pages: Sequence[str], site: str, sightline: Sightline, confirm_after: float | None
) -> tuple[list[Dead], list[dict[str, str]]]:
    async with open_eyes(sightline) as eyes:
        read = await _each(eyes, pages, _read)
        unread = [
            {"page": url, "why": words.reason(one.failure).sentence}
            for url, one in zip(pages, read, strict=True)
            if one.failure is not None
        ]
        known = _addresses(pages, read, site)
        after = await _asked(eyes, known, confirm_after=confirm_after)
        if confirm_after is not None and any(one.address.state in _DEADISH for one in after):
            print(f"A second look comes in {confirm_after:g} s.", file=sys.stderr)
            await asyncio.sleep(confirm_after)
            doubtful = [one for one in after if one.address.state in _DEADISH]
            after = await _asked(eyes, doubtful, confirm_after=confirm_after)
        dead = [one for one in after if one.address.state in _DEADISH]
        if dead:
            await _match(eyes, dead, site)
    return sorted(dead, key=lambda one: (-len(one.pages), one.url)), unread


async def _each(eyes: Eyes, items: Sequence[Any], do: Any) -> list[Any]:
    """Do the same with all, so many at once; each host is still asked one thing at a time."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(item: Any) -> Any:
        async with room:
            return await do(eyes, item)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(item)) for item in items]
    return [task.result() for task in tasks]


async def _read(eyes: Eyes, url: str) -> Surveyed:
    return survey_of(*await page_within(eyes, url))


def _addresses(pages: Sequence[str], read: Sequence[Surveyed], site: str) -> list[Dead]:
    found: dict[str, Dead] = {}
    of_domain: Counter[str] = Counter()
    for url, surveyed in zip(pages, read, strict=True):
        for link in surveyed.outlinks:
            if urls.same_site(urls.host_of(link.url), [site]):
                continue
            if link.url not in found:
                if of_domain[link.domain] >= MOST_OF_A_DOMAIN or len(found) >= MOST_ADDRESSES:
                    continue
                of_domain[link.domain] += 1
                found[link.url] = Dead(link.url, Address())
            found[link.url].pages[url] = link
    return list(found.values())


async def _asked(eyes: Eyes, wanted: Sequence[Dead], *, confirm_after: float | None) -> list[Dead]:
    wait = None if confirm_after is None else timedelta(seconds=confirm_after)

    async def look(eyes: Eyes, one: Dead) -> Dead:
        dead, told = seen(await ask(eyes, one.url))
        one.address = after_look(one.address, dead, told, confirm_after=wait)
        return one

    return await _each(eyes, wanted, look)


async def _match(eyes: Eyes, dead: Sequence[Dead], site: str) -> None:
    own = await eyes.sources.own_pages([site], within_s=_SITEMAPS_S)
    matcher = Matcher([OwnPage(url=url) for url in own.urls])
    for one in dead:
        links = list(one.pages.values())[:5]
        around = [f"{link.left_context} {link.anchor_text} {link.right_context}" for link in links]
        anchors = [link.anchor_text for link in links if link.anchor_text]
        one.fitting = matcher.fitting(Wanted(url=one.url, anchors=anchors, context=around))


def _spoken(found: Sequence[Dead], unread: Sequence[dict[str, str]], pages: int) -> Iterator[str]:
    for one in found:
        yield f"{plain(one.url)}"
        yield f"  {_verdict(one)}"
        for page, link in one.pages.items():
            yield f"  on {plain(page)}"
            yield f'    "{plain(link.left_context)} [{plain(link.anchor_text)}] {plain(link.right_context)}"'
        if not one.fitting:
            yield "  No page of yours fits, by its address."
        for own in one.fitting:
            yield f"  Yours: {own.url} (shares {', '.join(own.shared)})"
    if not found:
        yield f"Nothing looks dead on {pages - len(unread)} of {pages} pages."
    for failed in unread:
        yield f"Could not read {plain(failed['page'])}: {failed['why']}"


def _verdict(one: Dead) -> str:
    look = one.address.last
    said = " ".join(words.reason(reason).sentence for reason in (look.reasons if look else ()))
    if one.address.state is AddressState.DEAD:
        return f"Dead at two looks. {said}"
    return f"Looks dead; needs a second look (--confirm-after 3600). {said}"


def _json(found: Sequence[Dead]) -> Iterator[dict[str, Any]]:
    for one in found:
        yield {
            "url": one.url,
            "confirmed": one.address.state is AddressState.DEAD,
            "first_look": one.address.first.model_dump(mode="json") if one.address.first else None,
            "last_look": one.address.last.model_dump(mode="json") if one.address.last else None,
            "pages": [
                {
                    "page": page,
                    "anchor_text": link.anchor_text,
                    "left_context": link.left_context,
                    "right_context": link.right_context,
                    "followed": link.followed,
                }
                for page, link in one.pages.items()
            ],
            "yours": [asdict(page) for page in one.fitting],
        }
