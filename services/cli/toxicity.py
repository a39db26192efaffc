"""`anchorwatch toxicity domains|page`: judges names, or one page; no server, no database.

Without one of the two words it runs the service, as the other services' names do.

Exit codes: 0 done, 2 wrong usage, 3 the page could not be looked at, 4 failed.
"""

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TextIO

MAX_LINE = 4_096


def main(arguments: Sequence[str]) -> int:
    """Run `domains`, `page` or the service, and return the exit code."""
    if not arguments or arguments[0] not in {"domains", "page"}:
        from services.cli import service  # noqa: PLC0415 - names alone need no service

        return service.main(["toxicity", *arguments])
    options = _parser().parse_args(list(arguments))
    if options.command == "domains":
        return _domains(options)
    from services.cli import toxicity_page  # noqa: PLC0415 - names alone need none of the crawler

    return toxicity_page.run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="anchorwatch toxicity",
        description="Judge names of domains, or one page. A name alone never condemns anybody.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    names = commands.add_parser(
        "domains",
        help="judge domains by their names alone",
        description="Writes CSV: domain,p,reasons. p is the chance that such a name is on a list of"
        " bad ones, where good and bad are equally many; it never passes 0.95.",
    )
    names.add_argument("file", metavar="FILE", help="one domain per line; - reads standard input")
    page = commands.add_parser("page", help="show what is seen of one page, and what it weighs")
    page.add_argument("page", metavar="URL_OR_FILE")
    page.add_argument("--url", help="the address of the page, for a FILE")
    page.add_argument("--target", help="the site that is linked to: judges the link as well")
    page.add_argument("--brand", action="append", default=[], help="a name of it (repeatable)")
    page.add_argument("--keyword", action="append", default=[], help="a keyword (repeatable)")
    page.add_argument("--json", action="store_true", help="for programs")
    return parser


def _domains(options: argparse.Namespace) -> int:
    from services.toxicity.domain.lexical import model  # noqa: PLC0415 - numpy takes its time

    try:
        held = nullcontext(sys.stdin) if options.file == "-" else _opened(Path(options.file))
        with held as source:
            out = csv.writer(sys.stdout, lineterminator="\n")
            out.writerow(("domain", "p", "reasons"))
            for one in model.load().judge(_lines(source)):
                p = "" if one.p is None else f"{one.p:.4f}"
                out.writerow((one.domain, p, "; ".join(one.reasons)))
    except BrokenPipeError:
        return 0
    except OSError as error:
        print(f"{options.file} cannot be read: {error.strerror}.", file=sys.stderr)
        return 4
    return 0


def _opened(path: Path) -> TextIO:
    return path.open(encoding="utf-8-sig", errors="replace")


def _lines(source: Iterable[str]) -> Iterator[str]:
    """Yield the domains of a file: no blank lines, no comments, and of an address its host."""
    for line in source:
        text = line[:MAX_LINE].strip()
        if not text or text.startswith("#"):
            continue
        yield host_in(text)


def host_in(text: str) -> str:
    """Return the host in a line; what holds none comes back as it is."""
    if "/" not in text and ":" not in text and "@" not in text:
        return text
    from shared import urls  # noqa: PLC0415 - most files hold plain names

    return urls.host_of(urls.from_text(text) or "") or text
