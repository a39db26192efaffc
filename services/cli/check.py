"""`anchorwatch check REFERRING_URL TARGET`: look once at one page for one link; no server, no database.

With `--status-only` it is about many URLs and no links: see statuses.py.

Exit codes: 0 the link is there, 1 it is not, 3 cannot say, 2 wrong usage, 4 a URL that we may not ask.
"""

import argparse
import asyncio
from collections.abc import Iterator, Sequence

from services.cli import statuses
from services.crawler.adapters.eyes import Sightline, open_eyes, sightline_of
from services.crawler.adapters.observer import Question
from services.crawler.domain.answer import CheckAnswer, SeenLink, SeenRendering, answer_of
from services.crawler.domain.target import sites_for, watch_for
from services.crawler.settings import Settings
from shared import addresses, urls, words
from shared.settings import SettingsError
from shared.vocabulary import Outcome

DEADLINE_S = 60.0
_EXIT = {Outcome.FOUND: 0, Outcome.MISSING: 1, Outcome.UNKNOWN: 3}


def main(arguments: Sequence[str]) -> int:
    """Look, print what was seen, and return the exit code."""
    if statuses.FLAG in arguments:
        return statuses.main([word for word in arguments if word != statuses.FLAG])
    options = _parser().parse_args(list(arguments))
    settings = Settings.load(render="on") if options.render else Settings.load()
    try:
        sightline = sightline_of(settings)
    except ValueError as error:
        raise SettingsError(f"ANCHORWATCH_CRAWLER_{error}") from error
    answer = asyncio.run(
        _look(options.referring_url, options.target, sightline, render=options.render)
    )
    if options.json:
        print(answer.model_dump_json(indent=2))
    else:
        print("\n".join(_spoken(answer)))
    return _EXIT[answer.outcome]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="anchorwatch check",
        description="Look once at a page and say whether it links to a target.",
        epilog="Exit codes: 0 the link is there, 1 it is not, 3 cannot say, 2 wrong usage, "
        "4 a URL that may not be asked.",
    )
    parser.add_argument("referring_url", metavar="REFERRING_URL", help="the page to look at")
    parser.add_argument(
        "target", metavar="TARGET", help="a URL (that page in any spelling) or a domain (any link)"
    )
    parser.add_argument("--json", action="store_true", help="for programs: the answer of the API")
    parser.add_argument(
        "--render",
        action="store_true",
        help="run the page's scripts in Chromium, and compare what they make with its bytes",
    )
    parser.add_argument(
        statuses.FLAG,
        action="store_true",
        help="another command: only how many URLs answer; see `anchorwatch check --status-only -h`",
    )
    return parser


async def _look(
    referring_url: str, target: str, sightline: Sightline, *, render: bool
) -> CheckAnswer:
    complete = urls.from_text(referring_url) if "://" not in referring_url else None
    url = addresses.check_url(
        complete or referring_url,
        pointer="/REFERRING_URL",
        ports=sightline.ports,
        text=referring_url,
    )
    watch = watch_for(target, pointer="/TARGET")
    question = Question(
        url=url,
        watches=(watch,),
        sites=sites_for(watch),
        wants_facts=True,
        render_always=render,
    )
    async with open_eyes(sightline) as eyes:
        look = await eyes.observer.look_within(question, DEADLINE_S)
    return answer_of(look)


def _spoken(answer: CheckAnswer) -> Iterator[str]:
    yield f"{answer.words.label}. {answer.words.sentence}"
    for said in answer.reason_words:
        is_said = said.sentence.rstrip(".").lower() == said.label.lower()
        yield f"  {said.sentence}" if is_said else f"  {said.label}: {said.sentence}"
    for number, link in enumerate(answer.occurrences, 1):
        yield from _spoken_link(link, number, answer.occurrence_count)
    for link in answer.other_links:
        yield f"  The page links elsewhere on that host: {link.target_url}"
    if answer.rendering is not None:
        yield from _spoken_rendering(answer.rendering)
    yield from _spoken_page(answer)


def _spoken_link(link: SeenLink, number: int, total: int) -> Iterator[str]:
    counted = f" {number} of {total}" if total > 1 else ""
    followed = "followed" if link.followed else f"not followed ({' '.join(link.rel) or 'page'})"
    kind, place = words.link_kind(link.kind).label, words.position(link.position).label
    yield f"  Link{counted}: {link.target_url}"
    yield f"    {kind}, {place.lower()}, {followed}{', hidden' if link.hidden else ''}"
    yield f'    anchor "{_plain(link.anchor_text)}"' if link.anchor_text else "    no anchor text"
    if link.left_context or link.right_context:
        yield f"    ... {_plain(link.left_context)} [link] {_plain(link.right_context)} ..."


def _spoken_rendering(rendering: SeenRendering) -> Iterator[str]:
    yield f"  {rendering.words.label}: {rendering.words.sentence}"
    yield f"    from its bytes alone: {rendering.raw_words.label.lower()}"
    if rendering.rendered_words is not None:
        yield f"    after its scripts ran: {rendering.rendered_words.label.lower()}"
        sent, refused = rendering.requests, rendering.refused
        yield f"    {sent} requests sent for it, {refused} not, in {rendering.elapsed_ms} ms"


def _spoken_page(answer: CheckAnswer) -> Iterator[str]:
    status = f"HTTP {answer.http_status}" if answer.http_status else "no answer"
    listed = {True: "may be listed, ", False: "is kept out of search, ", None: ""}
    yield f"  Page: {status}, {listed[answer.indexable]}{answer.elapsed_ms} ms"
    if answer.page.title:
        yield f'    title "{_plain(answer.page.title)}"'
    for hop in answer.redirects:
        yield f"    redirected ({hop.status}) from {hop.url}"
    if answer.redirects:
        yield f"    to {answer.final_url}"


def _plain(text: str) -> str:
    """Return text of the page without anything that would steer a terminal or turn its letters."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())
