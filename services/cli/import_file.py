"""`anchorwatch import`: look into a file of links without a server, or send it to one.

Exit codes: 0 done, 1 the file is no list of links, 2 wrong usage, 4 failed.
"""

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from services.cli.dry_import import Wish, run, site_host
from shared.errors import InvalidError


def main(arguments: Sequence[str]) -> int:
    """Read the file here, or send it to the server and follow its job."""
    options = _parser().parse_args(list(arguments))
    mapping = _mapping(options.map)
    if options.dry_run:
        hosts = [site_host(text) for text in (options.site, *options.host)]
        return run(options.file, Wish(hosts, mapping, options.errors, as_json=options.json))
    # Loaded only here: what speaks to a server takes longer to load than most files to read.
    code: int = import_module("services.cli.send_import").send(options, mapping)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="anchorwatch import",
        description="Import an export of another tool, or any list of links; it is recognised.",
        epilog="Exit codes: 0 done, 1 the file is no list of links, 2 wrong usage, 4 failed.",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--site", required=True, help="the site's domain, or its id on the server")
    parser.add_argument(
        "--host", action="append", default=[], help="another host of the site (with --dry-run)"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="only say what the file holds; needs no server"
    )
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help="read this field from that column; the server remembers it for files like this one",
    )
    parser.add_argument(
        "--errors", type=Path, metavar="FILE", help="write every rejected row there, as CSV"
    )
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    return parser


def _mapping(given: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    for field, separator, column in pairs:
        if not field or not separator or not column:
            raise InvalidError("Write --map as FIELD=COLUMN, for example --map referring_url=Page.")
    return {field: column for field, _, column in pairs}
