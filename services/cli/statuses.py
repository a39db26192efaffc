"""`anchorwatch check --status-only URL ...`: how many URLs answer, by HEAD, politely; no links, no database.

Exit codes: 0 all answer, 1 some are gone or broken, 3 of some nobody can say, 2 wrong usage.
"""

import argparse
import asyncio
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

import orjson

from services import serving
from services.crawler.adapters.eyes import Eyes, Sightline, open_eyes, sightline_of
from services.crawler.adapters.politeness import host_key
from services.crawler.domain.fetched import Fetched
from services.crawler.settings import Settings
from shared import addresses, urls, words
from shared.settings import SettingsError

FLAG = "--status-only"
MAX_URLS = 1_000_000


def main(arguments: Sequence[str]) -> int:
    """Ask every URL once, print a line for each as it answers, and return the exit code."""
    options = _parser().parse_args(list(arguments))
    sightline = own_sightline()
    given = [*options.urls, *(lines_of(options.file) if options.file else ())][: MAX_URLS + 1]
    if not given:
        _parser().error("name URLs, or a file of them with --file")
    if len(given) > MAX_URLS:
        _parser().error(f"at most {MAX_URLS:,} URLs at once")
    wanted = [checked(text, sightline) for text in dict.fromkeys(given)]
    codes: set[int] = set()
    serving.run(_ask_all(wanted, sightline, codes, as_json=options.json))
    return max(codes & {1, 3}, default=0, key=lambda code: code == 1)


def own_sightline() -> Sightline:
    """Return how to look under the settings of this machine."""
    try:
        return sightline_of(Settings.load())
    except ValueError as error:
        raise SettingsError(f"ANCHORWATCH_CRAWLER_{error}") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"anchorwatch check {FLAG}",
        description="Say how URLs answer, without reading them.",
        epilog="Exit codes: 0 all answer, 1 some are gone or broken, 3 of some nobody can say.",
    )
    parser.add_argument("urls", metavar="URL", nargs="*", help="http or https, public")
    parser.add_argument("--file", help="a file with one URL on each line; - is standard input")
    parser.add_argument("--json", action="store_true", help="for programs: one object on each line")
    return parser


def lines_of(name: str) -> Iterator[str]:
    """Yield the lines of a file that say something; - is standard input."""
    if name == "-":
        yield from filter(None, map(str.strip, sys.stdin))
        return
    with open(name, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - as any command
        yield from filter(None, map(str.strip, file))


def checked(text: str, sightline: Sightline, *, pointer: str = "/URL") -> str:
    """Return an address that may be asked; raises InvalidError for any other."""
    complete = urls.from_text(text) if "://" not in text else None
    return addresses.check_url(complete or text, pointer=pointer, ports=sightline.ports, text=text)


async def _ask_all(
    checked: Iterable[str], sightline: Sightline, codes: set[int], *, as_json: bool
) -> None:
    """Ask the URLs of one host one after the other, as many hosts at once as requests may be."""
    by_host: dict[str, deque[str]] = {}
    for url in checked:
        by_host.setdefault(host_key(url), deque()).append(url)
    hosts = deque(by_host.values())
    async with open_eyes(sightline) as eyes, asyncio.TaskGroup() as group:
        serving.settle()
        for _ in range(min(len(hosts), sightline.limits.concurrency)):
            group.create_task(_ask_hosts(hosts, eyes, codes, as_json=as_json))


async def _ask_hosts(
    hosts: deque[deque[str]], eyes: Eyes, codes: set[int], *, as_json: bool
) -> None:
    while hosts:
        waiting = hosts.popleft()
        while waiting:
            fetched = await eyes.observer.status(waiting.popleft())
            codes.add(_code(fetched))
            sys.stdout.write(_as_json(fetched) if as_json else _spoken(fetched))


def _code(fetched: Fetched) -> int:
    if fetched.failure is not None:
        return 3
    return 0 if (fetched.status or 0) < 400 else 1


def _spoken(fetched: Fetched) -> str:
    said = str(fetched.status) if fetched.failure is None else words.reason(fetched.failure).label
    leads = f" -> {fetched.final_url}" if fetched.hops else ""
    return f"{said}\t{fetched.url}{leads}\n"


def _as_json(fetched: Fetched) -> str:
    fields = {
        "url": fetched.url,
        "status": fetched.status,
        "reason": fetched.failure,
        "final_url": fetched.final_url,
        "redirects": len(fetched.hops),
        "elapsed_ms": fetched.elapsed_ms,
    }
    return orjson.dumps(fields).decode() + "\n"
