"""`anchorwatch redirects`: where dead paths should lead; no server, no database.

Exit codes: 0 done, 2 wrong usage, 4 failed.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from services.profile.domain.redirects.exports import FORMATS, export
from services.profile.domain.redirects.rules import rules_of
from services.profile.domain.redirects.score import Known
from services.profile.domain.redirects.suggest import Finder, RedirectAction, Suggestion
from shared.errors import InvalidError

MAX_FILE = 256 * 1024 * 1024
_SAID = {
    RedirectAction.REDIRECT: "Redirect it to",
    RedirectAction.SUGGEST: "Choose: perhaps",
    RedirectAction.GONE: "Nothing fits: answer 410 Gone",
    RedirectAction.ALIVE: "This page is among the live ones",
}


def main(arguments: Sequence[str]) -> int:
    """Rank the live pages for each dead path."""
    options = _parser().parse_args(list(arguments))
    dead, live = _pages(options.dead), _pages(options.live)
    titles = {path: Known(title) for path, title in (live | dead).items() if title}
    found = Finder(list(live), known=titles).suggest_all(list(dead))
    if options.format:
        rules = rules_of(found, also_unsure=options.unsure)
        print(export(rules, options.format, host=options.site), end="")
    elif options.json:
        print(json.dumps([as_json(one) for one in found], ensure_ascii=False, indent=1))
    else:
        print("\n".join(_told(one) for one in found))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="anchorwatch redirects",
        description="Say where the dead pages of a site should lead.",
        epilog="The files hold one path or URL per line, perhaps with a tab and the page's title.",
    )
    parser.add_argument("--dead", required=True, type=Path, metavar="FILE", help="pages that died")
    parser.add_argument("--live", required=True, type=Path, metavar="FILE", help="pages that live")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--format", choices=sorted(FORMATS), help="write rules for a web server")
    parser.add_argument("--unsure", action="store_true", help="rules also where there is a doubt")
    parser.add_argument("--site", default="example.com", metavar="HOST", help="host for --format")
    return parser


def _pages(path: Path) -> dict[str, str]:
    """Return the paths of a file with their titles, where a line has one behind a tab."""
    pairs = (line.partition("\t") for line in _lines(path))
    return {page.strip(): title.strip() for page, _, title in pairs}


def _lines(path: Path) -> list[str]:
    with path.open("rb") as file:
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise InvalidError(f"{path} is larger than 256 MB.")
    lines = data.decode("utf-8-sig", "replace").splitlines()
    return [line.strip() for line in lines if line.strip()]


def as_json(one: Suggestion) -> dict[str, object]:
    """Return a suggestion as programs read it."""
    candidates = [{"path": each.path, "score": each.score} for each in one.candidates]
    return {"dead": one.dead, "candidates": candidates, "action": one.action.value}


def _told(one: Suggestion) -> str:
    lines = [one.dead, f"  {_SAID[one.action]}"]
    lines += [f"    {each.score:4.2f}  {each.path}" for each in one.candidates]
    return "\n".join(lines)
