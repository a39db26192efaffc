"""`anchorwatch anchors FILE`: say of each anchor text what kind it is, and why; no server, no database.

Exit codes: 0 done, 2 wrong usage, 4 failed.
"""

import argparse
import csv
import io
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TextIO

from shared.anchor_languages import languages_of
from shared.anchors import AnchorClass, Classifier
from shared.errors import InvalidError
from shared.urls import domain_or_host

COLUMNS = ("text", "kind", "flags", "rule")
_TEXT_COLUMNS = ("text", "anchor", "anchor text", "anchor_text")
_TRUE = frozenset({"1", "true", "yes", "x"})
_MAX_CELL = 1024 * 1024

Row = tuple[str, bool]
"""An anchor text, and whether it is the alt text of a picture."""


def main(arguments: Sequence[str]) -> int:
    """Classify the anchors of a file and return the exit code."""
    parser = _parser()
    options = parser.parse_args(list(arguments))
    if options.file is None and not _take_file_from(options):
        parser.error("the following arguments are required: FILE")
    hosts = [_host(name) for name in options.site]
    languages = options.language or languages_of(hosts, options.brand, options.keyword)
    classifier = Classifier(
        brands=options.brand, keywords=options.keyword, hosts=hosts, languages=languages
    )
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    with _opened(options.file) as file:
        found = ((text, classifier.classify(text, image=image)) for text, image in _rows(file))
        counted = _write_json(found) if options.json else _write_csv(found)
    print(_summary(counted), file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="anchorwatch anchors",
        description="Say of each anchor text what kind it is, with the rule and word that decided.",
    )
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        help="one anchor per line, or CSV with a column `text`; - reads standard input",
    )
    _add_words(parser, "--site", "DOMAIN", "your domain", required=True)
    _add_words(parser, "--brand", "TERM", "a name of yours")
    _add_words(parser, "--keyword", "TERM", "what you want to be found for")
    _add_words(
        parser,
        "--language",
        "CODE",
        "languages of the site, such as en; told by domain, brands and keywords if left out",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    return parser


def _add_words(
    parser: argparse.ArgumentParser, name: str, metavar: str, does: str, *, required: bool = False
) -> None:
    """Add an option that takes several words, and may be given several times."""
    parser.add_argument(
        name,
        action="extend",
        nargs="+",
        default=[],
        metavar=metavar,
        required=required,
        help=f"{does} (several; repeatable)",
    )


def _take_file_from(options: argparse.Namespace) -> bool:
    """Take the file for the last word of an option that may have several: `--brand Acme FILE`."""
    for values in (options.keyword, options.brand, options.language, options.site):
        if len(values) > 1 and (values[-1] == "-" or Path(values[-1]).is_file()):
            options.file = values.pop()
            return True
    return False


def _host(name: str) -> str:
    host = domain_or_host(name.strip().lower().partition("//")[2] or name.strip().lower())
    if "." not in host:
        raise InvalidError("--site takes a domain such as example.com.")
    return host.partition("/")[0]


@contextmanager
def _opened(name: str) -> Iterator[TextIO]:
    if name == "-":
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")  # type: ignore[union-attr]
        yield sys.stdin
        return
    path = Path(name)
    with path.open("rb") as file:
        head = file.peek(4096)  # a pipe can be read only once
        encoding = "utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
        if encoding == "utf-8-sig" and b"\0" in head:
            raise InvalidError(f"{name} is no text file; give one anchor per line, or CSV.")
        with io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="") as text:
            yield text


def _rows(file: Iterable[str]) -> Iterator[Row]:
    lines = iter(file)
    first = next(lines, None)
    if first is None:
        return
    for delimiter in ",;\t":
        header = [
            cell.strip().casefold() for cell in next(csv.reader([first], delimiter=delimiter))
        ]
        names = _TEXT_COLUMNS if len(header) > 1 else _TEXT_COLUMNS[:1]
        column = next((header.index(name) for name in names if name in header), None)
        if column is not None:
            image = header.index("image") if "image" in header else None
            yield from _cells(lines, delimiter, column, image)
            return
    for line in chain([first], lines):
        yield line.rstrip("\r\n"), False


def _cells(lines: Iterable[str], delimiter: str, column: int, image: int | None) -> Iterator[Row]:
    csv.field_size_limit(_MAX_CELL)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for row in reader:
            text = row[column] if column < len(row) else ""
            picture = image is not None and image < len(row) and row[image].strip().lower() in _TRUE
            yield text, picture
    except csv.Error as error:
        raise InvalidError(f"Line {reader.line_num} is no CSV: {error}.") from error


def _write_csv(found: Iterable[tuple[str, AnchorClass]]) -> Counter[str]:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    counted: Counter[str] = Counter()
    for text, one in found:
        writer.writerow((text, one.kind, " ".join(sorted(one.flags)), _why(one)))
        counted[_counted_as(one)] += 1
    return counted


def _write_json(found: Iterable[tuple[str, AnchorClass]]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for text, one in found:
        row = {"text": text, "kind": one.kind, "flags": sorted(one.flags), "rule": _why(one)}
        print(json.dumps(row, ensure_ascii=False))
        counted[_counted_as(one)] += 1
    return counted


def _why(one: AnchorClass) -> str:
    return f"{one.rule}: {one.word}" if one.word else one.rule


def _counted_as(one: AnchorClass) -> str:
    return one.kind if one.is_explained else "unknown"


def _summary(counted: Counter[str]) -> str:
    total = sum(counted.values())
    if not total:
        return "No anchors."
    kinds = ", ".join(f"{count} {kind}" for kind, count in counted.most_common())
    explained = 1 - counted["unknown"] / total
    return f"{total} anchors: {kinds}. A rule explains {explained:.0%} of them."
