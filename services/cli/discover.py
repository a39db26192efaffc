"""`anchorwatch discover`: links to a site in crawl archives, web graphs and server logs; no database.

Exit codes: 0 found, 1 nothing found, 2 wrong usage, 3 part of a file could not be read (what could be
is given), 4 failed.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from services.cli.graph_files import GraphFiles, graph_files, neighbours
from services.cli.plain import plain
from services.cli.progress import Progress, progress
from services.crawler.domain.discovery import referrers, wat
from services.crawler.domain.discovery.hits import Damage, LinkHit, MentionHit
from services.crawler.domain.discovery.mentions import Terms, Wanted
from services.crawler.domain.discovery.referrers import Referrer
from services.crawler.domain.discovery.targets import Targets
from services.crawler.domain.discovery.webgraph import Neighbour
from shared import urls, words
from shared.vocabulary import LinkKind

FOUND, NOTHING, DAMAGED = 0, 1, 3
_CHUNK = 1_048_576
Row = LinkHit | MentionHit | Referrer | Neighbour


def main(arguments: Sequence[str]) -> int:
    """Scan the files, print what they hold, and return the exit code."""
    parser = _parser()
    options = parser.parse_args(list(arguments))
    hosts = [_host(parser, name) for name in (options.site, *options.also)]
    damage: dict[Path, Damage] = {}
    count = 0
    # Bars on a terminal take what is printed to show it above them; a file or a pipe gets it itself.
    out = None if sys.stdout.isatty() else sys.stdout
    with progress() as show:
        for row in _rows(options, hosts, damage, show):
            count += 1
            line = json.dumps(row_of(row), ensure_ascii=False) if options.json else _told(row)
            print(line, file=out)
    faults = [(path, what) for path, one in damage.items() for what in one.sentences()]
    for path, what in faults:
        _say(f"{path}: {what}.")
    _say(f"{count} found." if count else "Nothing found.")
    if faults:
        return DAMAGED
    return FOUND if count else NOTHING


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="anchorwatch discover",
        description="Find links to a site in crawl archives, web graphs and the log of its web server.",
        epilog="Files may be packed with gzip or Zstandard. What an archive holds is what a page "
        "showed at that time: look at it with `anchorwatch check` before you count on it. A web graph "
        "names domains, and a script or a picture is a link to it as well. Of a "
        "reader the log's address is never kept. Exit codes: 0 found, 1 nothing found, 2 wrong usage, "
        "3 part of a file could not be read (what could be is given), 4 failed.",
    )
    parser.add_argument("--site", required=True, metavar="DOMAIN", help="whose links are wanted")
    parser.add_argument(
        "--also", action="append", default=[], metavar="HOST", help="another host of the site"
    )
    files = parser.add_mutually_exclusive_group(required=True)
    files.add_argument(
        "--wat", nargs="+", type=Path, metavar="FILE", help="links that Common Crawl extracted"
    )
    files.add_argument(
        "--warc",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="whole pages (WARC), or their texts (WET): mentions without a link are found as well",
    )
    files.add_argument(
        "--access-log",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="of Apache, nginx, Caddy, IIS or CloudFront: who sent readers",
    )
    files.add_argument(
        "--graph",
        type=Path,
        metavar="DIR",
        help="vertices, edges and, if there, ranks of a web graph of Common Crawl: which domains link",
    )
    parser.add_argument(
        "--brand",
        action="append",
        default=[],
        metavar="TERM",
        help="a name by which pages speak of the site, for --warc; its hosts count anyhow",
    )
    parser.add_argument("--json", action="store_true", help="for programs: one object per line")
    return parser


def _host(parser: argparse.ArgumentParser, name: str) -> str:
    url = urls.from_text(name)
    host = urls.host_of(url) if url is not None else ""
    if "." not in host or urls.is_ip(host):
        parser.error(f"{name!r} is not a domain, such as example.com")
    return host


def _rows(
    options: argparse.Namespace, hosts: Sequence[str], damage: dict[Path, Damage], show: Progress
) -> Iterator[Row]:
    targets = Targets(hosts)
    if options.graph:
        yield from _neighbours(graph_files(options.graph), targets, damage, show)
        return
    wanted = Wanted(targets, Terms([*options.brand, *targets.hosts]))
    for path in options.wat or options.warc or options.access_log:
        damage[path] = Damage()
        with path.open("rb") as file:
            chunks = _chunks(file, path, show)
            if options.wat:
                yield from wat.scan(chunks, targets, damage[path])
            elif options.warc:
                yield from _scan_pages(chunks, wanted, damage[path])
            else:
                summary = referrers.scan(chunks, targets, damage[path], domain=hosts[0])
                yield from summary.referrers()
                _say(f"{path}: {'; '.join(referrers.count_words(summary)) or 'no visits'}.")


def _neighbours(
    files: GraphFiles, targets: Targets, damage: dict[Path, Damage], show: Progress
) -> Iterator[Neighbour]:
    damage |= {path: Damage() for path in (*files.vertices, *files.edges, *files.ranks)}

    def read(path: Path, what: str) -> Iterator[bytes]:
        with path.open("rb") as file:
            yield from _chunks(file, path, show, f" for {what}")

    yield from neighbours(files, targets, damage, read, _say)


def _scan_pages(chunks: Iterable[bytes], wanted: Wanted, damage: Damage) -> Iterator[Row]:
    # Loaded only here: the reader of pages takes longer to load than everything else.
    pages = import_module("services.crawler.domain.discovery.pages")
    found: Iterator[Row] = pages.scan(chunks, wanted, damage)
    return found


def _chunks(file: IO[bytes], path: Path, show: Progress, why: str = "") -> Iterator[bytes]:
    size, done = path.stat().st_size // _CHUNK, 0
    while chunk := file.read(_CHUNK):
        yield chunk
        done += 1
        show(f"Reading {path.name}{why} (MiB)", min(done, size), size)


# ---- answers ----------------------------------------------------------------------------------------


def row_of(row: Row) -> dict[str, Any]:
    """Return what was found as programs read it."""
    if isinstance(row, Referrer):
        return _of_referrer(row)
    if isinstance(row, Neighbour):
        return _of_neighbour(row)
    said = _of_link(row) if isinstance(row, LinkHit) else _of_mention(row)
    return {
        "referring_url": row.referring_url,
        "referring_domain": row.referring_domain,
        **said,
        "source": row.source,
        "seen_at": _moment(row.seen_at),
        "page": asdict(row.page),
    }


def _of_link(hit: LinkHit) -> dict[str, Any]:
    return {
        "target_url": hit.target_url,
        "anchor_text": hit.anchor_text,
        "rel": list(hit.rel),
        "kind": hit.kind.value,
    }


def _of_mention(hit: MentionHit) -> dict[str, Any]:
    return {
        "target_url": None,
        "anchor_text": "",
        "rel": [],
        "kind": LinkKind.MENTION.value,
        "term": hit.term,
        "sentence": hit.sentence,
        "linked": hit.linked,
    }


def _of_referrer(referrer: Referrer) -> dict[str, Any]:
    return {
        "referring_url": referrer.referring_url,
        "referring_domain": referrer.referring_domain,
        "target_url": referrer.target_url,
        "hits": referrer.hits,
        "first_seen": _moment(referrer.first_seen),
        "last_seen": _moment(referrer.last_seen),
        "page_known": referrer.page_known,
    }


def _of_neighbour(neighbour: Neighbour) -> dict[str, Any]:
    rank = neighbour.rank
    return {
        "referring_url": None,
        "referring_domain": neighbour.name,
        "target_domain": neighbour.target,
        "source": "webgraph",
        "release": neighbour.release,
        "harmonic_rank": rank.harmonic if rank else None,
        "pagerank_rank": rank.pagerank if rank else None,
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _told(row: Row) -> str:
    if isinstance(row, Referrer):
        where = row.referring_url or f"{row.referring_domain} (page unknown)"
        return plain(f"{row.hits:>6}  {where} -> {row.target_url}")
    if isinstance(row, Neighbour):
        place = f" (number {row.rank.harmonic:,} by harmonic centrality)" if row.rank else ""
        return plain(f"{row.name} -> {row.target}{place}")
    if isinstance(row, MentionHit):
        doubt = "" if row.linked is False else " (whether it links is not known)"
        return plain(f"{row.referring_url}: mentioned{doubt}: {row.sentence}")
    kind = words.link_kind(row.kind).label
    rel = f" [{' '.join(row.rel)}]" if row.rel else ""
    anchor = f" “{row.anchor_text}”" if row.anchor_text else ""
    return plain(f"{row.referring_url} -> {row.target_url} ({kind}){anchor}{rel}")


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
