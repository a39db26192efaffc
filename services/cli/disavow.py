"""`anchorwatch disavow`: read, repair, merge and compare disavow files; no server, no database.

Exit codes: 0 done, 1 the answer is no (nothing could be written; with --strict also: something had
to be repaired, refused or could not be read; for diff: the lists differ), 2 wrong usage, 4 failed.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from services.toxicity.domain.disavow.entries import Entry, Parsed
from services.toxicity.domain.disavow.lint import (
    Report,
    as_json,
    faults_as_json,
    lint,
    refusals_as_json,
    repairs_as_json,
)
from services.toxicity.domain.disavow.merge import diff, merge, merge_three
from services.toxicity.domain.disavow.reader import is_text, parse
from services.toxicity.domain.disavow.writer import write
from services.toxicity.domain.guard import Guard, guard_of
from shared.errors import InvalidError

MAX_FILE = 64 * 1024 * 1024
_SHOWN = 200  # notes of one kind that a terminal is shown; --json has all


def main(arguments: Sequence[str]) -> int:
    """Run `lint`, `merge` or `diff` and return the exit code."""
    options = _parser().parse_args(list(arguments))
    commands = {"lint": _lint, "merge": _merge, "diff": _diff}
    return commands[options.command](options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="anchorwatch disavow", description="Read, repair and explain disavow files."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser(
        "lint", help="say what is wrong with a file and what to write instead"
    )
    one.add_argument("file", metavar="FILE", help="the file; - reads standard input")
    one.add_argument("--strict", action="store_true", help="exit with 1 if anything was found")
    two = commands.add_parser("merge", help="bring several files together, the first one in force")
    two.add_argument("files", metavar="FILE", nargs="+")
    two.add_argument(
        "--base",
        metavar="FILE",
        help="the version that the two files grew out of: what either took out of it stays out",
    )
    three = commands.add_parser("diff", help="say how the second list differs from the first")
    three.add_argument("files", metavar="FILE", nargs=2)
    for command in (one, two):
        command.add_argument(
            "--site",
            action="append",
            default=[],
            help="your own domain: never written (repeatable)",
        )
        command.add_argument(
            "--partner", action="append", default=[], help="a partner's domain: never written"
        )
        command.add_argument("--out", metavar="FILE", type=Path, help="write the clean file there")
    for command in (one, two, three):
        command.add_argument("--json", action="store_true", help="for programs")
    return parser


def _lint(options: argparse.Namespace) -> int:
    report = lint(_read(options.file), guard=_guard(options))
    if options.out and report.clean:
        _write(options.out, report.clean)
    if options.json:
        print(json.dumps(as_json(report), ensure_ascii=False, indent=2))
    else:
        print(_told(report))
    if report.entries and not report.clean:
        return 1
    return 1 if options.strict and not report.spotless else 0


def _merge(options: argparse.Namespace) -> int:
    parsed = [parse(_read(name)) for name in options.files]
    entries = _merged(options, [_entries(one) for one in parsed])
    header = dict.fromkeys(line for one in parsed for line in one.header)
    written = write(entries, header=list(header), guard=_guard(options))
    if options.out:
        _write(options.out, written.text)
    if options.json:
        result = {
            "clean": written.text,
            "domains": written.domains,
            "urls": written.urls,
            "repairs": [
                {"file": name, **note}
                for name, one in zip(options.files, parsed, strict=True)
                for note in repairs_as_json(one.repairs)
            ],
            "refused": refusals_as_json(written.refused),
            "errors": [
                {"file": name, **note}
                for name, one in zip(options.files, parsed, strict=True)
                for note in faults_as_json(one.errors)
            ],
        }
        print(json.dumps(result, ensure_ascii=False, indent=2))
        return 0
    if not options.out:
        print(written.text, end="")
    for item in written.refused:
        print(f"Left out {item.entry}: {item.sentence}", file=sys.stderr)
    for name, one in zip(options.files, parsed, strict=True):
        for fault in one.errors:
            print(f"{name} {_at(fault.line)}{fault.text}  {fault.sentence}", file=sys.stderr)
    return 0


def _merged(options: argparse.Namespace, lists: Sequence[list[Entry]]) -> Sequence[Entry]:
    if options.base is None:
        first, *others = lists
        return merge(first, added=[entry for other in others for entry in other])
    if len(lists) != 2:
        raise InvalidError("--base takes exactly two more files: yours and the other one.")
    return merge_three(_entries(parse(_read(options.base))), *lists).entries


def _diff(options: argparse.Namespace) -> int:
    before, after = (_entries(parse(_read(name))) for name in options.files)
    found = diff(before, after)
    if options.json:
        result = {"added": found.added, "removed": found.removed, "kept": found.kept}
        print(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        for line in found.removed:
            print(f"- {line}")
        for line in found.added:
            print(f"+ {line}")
        print(f"{len(found.added)} added, {len(found.removed)} removed, {found.kept} the same.")
    return 1 if found.added or found.removed else 0


def _entries(parsed: Parsed) -> list[Entry]:
    return [item.entry for item in parsed.entries]


def _guard(options: argparse.Namespace) -> Guard:
    for option, names in (("--site", options.site), ("--partner", options.partner)):
        if len(guard_of(own=names).own) < len({name.strip().lower() for name in names}):
            raise InvalidError(f"{option} takes a domain such as example.com.")
    return guard_of(own=options.site, partners=options.partner)


def _read(name: str) -> bytes:
    if name == "-":
        data = sys.stdin.buffer.read(MAX_FILE + 1)
    else:
        with Path(name).open("rb") as file:
            data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise InvalidError(f"{name} is larger than 64 MB; a disavow file has at most 2 MB.")
    if b"\0" in data and not is_text(data):
        raise InvalidError(f"{name} is no text file; a disavow file is plain text.")
    return data


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="ascii", newline="\n")


def _told(report: Report) -> str:
    lines = []
    groups = (
        ("Repaired", [f"line {item.line}: {item.sentence}" for item in report.repairs]),
        (
            "Never written",
            [f"{_at(item.line)}{item.entry}: {item.sentence}" for item in report.refused],
        ),
        ("Problems", [f"{_at(item.line)}{item.text}  {item.sentence}" for item in report.errors]),
    )
    for title, notes in groups:
        if notes:
            lines += [f"{title} ({len(notes)})", *(f"  {note}" for note in notes[:_SHOWN])]
        if len(notes) > _SHOWN:
            lines.append(f"  ... and {len(notes) - _SHOWN} more; --json lists all")
    if report.spotless:
        lines.append("Nothing to repair.")
    lines.append(f"{len(report.entries)} entries would be written.")
    return "\n".join(lines)


def _at(line: int | None) -> str:
    return "" if line is None else f"line {line}: "
