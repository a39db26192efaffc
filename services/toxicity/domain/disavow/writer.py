"""Writes the file that Google takes: ASCII, sorted, inside the limits, and never an unsafe line."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.toxicity.domain.disavow.entries import (
    DOMAIN,
    URL,
    Entry,
    Fault,
    Numbered,
    Refusal,
    is_name,
    quoted,
    settle,
)
from services.toxicity.domain.disavow.safeguards import Case, Objection, objections, weigh
from services.toxicity.domain.guard import Guard, Hold
from shared.errors import ConflictError, FieldError, InvalidError

MAX_LINES = 100_000  # blank lines and comments count
MAX_BYTES = 2_000_000  # Google says 2 MB; the smaller reading is safe under both
MAX_URL = 2_048
MAX_COMMENT = 500

_SPACES = re.compile(r"\s+")
_PAGE = re.compile(r"https?://[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Written:
    """A file ready to be handed over, what is in it, and what was kept out of it."""

    text: str
    domains: int
    urls: int
    refused: tuple[Refusal, ...] = ()
    limits: tuple[Fault, ...] = ()
    objections: tuple[Objection, ...] = ()


class LimitError(InvalidError):
    """The file would pass a limit of Google's; nothing was written."""

    code = "disavow-limit"


class HeldError(ConflictError):
    """A safe-guard about the whole set holds it back; nothing was written."""


def write(
    entries: Iterable[Entry],
    *,
    header: Sequence[str] = (),
    guard: Guard | None = None,
    case: Case | None = None,
) -> Written:
    """Return the file of these entries; raises LimitError or HeldError before a byte is given away.

    The order depends on nothing but the entries, so that two versions can be compared: entries
    without a note first, then block by block, domains before pages, by the alphabet. Without a
    `case` there are only names to go by: that is for a list which somebody else decided about.
    """
    written = draft(entries, header=header, guard=guard, case=case)
    if written.limits:
        raise LimitError(
            "The disavow file would be larger than Google takes.",
            [FieldError("/entries", fault.code, fault.sentence) for fault in written.limits],
        )
    if written.objections:
        first = written.objections[0]
        faults = [FieldError("/entries", one.code, one.sentence) for one in written.objections]
        raise HeldError(first.sentence, faults, code=first.code)
    return written


def draft(
    entries: Iterable[Entry],
    *,
    header: Sequence[str] = (),
    guard: Guard | None = None,
    case: Case | None = None,
) -> Written:
    """Return what the file would be, with all that would hold it back; only for looking at."""
    named, refused = admit([Numbered(0, entry) for entry in entries], guard=guard or Guard())
    if case is not None:
        # Before settling: what a refused domain would swallow must not be lost with it.
        carried, unfounded = weigh((item.entry for item in named), case)
        named = [Numbered(0, entry) for entry in carried]
        refused += unfounded
    safe = [item.entry for item in settle(named)[0]]
    text = render(safe, header=header)
    domains = sum(entry.kind is DOMAIN for entry in safe)
    return Written(
        text=text,
        domains=domains,
        urls=len(safe) - domains,
        refused=tuple(refused),
        limits=tuple(limit_faults(text)),
        objections=() if case is None else objections(safe, case),
    )


def admit(entries: Iterable[Numbered], *, guard: Guard) -> tuple[list[Numbered], list[Refusal]]:
    """Part entries into those that may be written and those that never are."""
    entries = list(entries)
    named = [item.entry.value for item in entries if item.entry.kind is DOMAIN]
    holds = iter(guard.of_domains(named))
    safe: list[Numbered] = []
    refused: list[Refusal] = []
    for item in entries:
        entry = item.entry
        held = next(holds) if entry.kind is DOMAIN else guard.of_url(entry.value)
        if held is None and len(entry.value) <= MAX_URL and _is_writable(entry):
            safe.append(item)
        else:
            refused.append(_refusal(item, held))
    return safe, refused


def _refusal(item: Numbered, held: Hold | None) -> Refusal:
    entry = item.entry
    line = item.line or None
    if held is not None:
        return Refusal(line, quoted(entry.line), held.code, held.sentence)
    if len(entry.value) > MAX_URL:
        sentence = f"Google takes addresses of at most {MAX_URL:,} characters; disavow the domain."
        return Refusal(line, quoted(entry.line), "url_too_long", sentence)
    sentence = "The name is not in its ASCII form; read it with the tolerant reader first."
    return Refusal(line, quoted(ascii_comment(entry.line)), "not_ascii", sentence)


def _is_writable(entry: Entry) -> bool:
    if entry.kind is DOMAIN:
        return is_name(entry.value)
    return _PAGE.fullmatch(entry.value) is not None


def render(entries: Iterable[Entry], *, header: Sequence[str] = ()) -> str:
    """Return the text of entries that have been admitted and settled."""
    noted: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        noted.setdefault(entry.note, []).append(entry)
    blocks: dict[tuple[str, ...], list[Entry]] = {}
    for note, those in noted.items():
        blocks.setdefault(_comments(note), []).extend(those)
    parts = [_commented(_comments(header), ())]
    parts += [_commented(note, _sorted_lines(blocks[note])) for note in sorted(blocks)]
    return "\n".join(part for part in parts if part)


def limit_faults(text: str) -> list[Fault]:
    """Return which of Google's limits a finished text passes."""
    lines = text.count("\n")
    size = len(text.encode())
    faults = []
    if lines > MAX_LINES:
        sentence = (
            f"{lines:,} lines; Google takes {MAX_LINES:,}, blank lines and comments included."
        )
        faults.append(Fault(None, "too_many_lines", "", sentence))
    if size > MAX_BYTES:
        sentence = f"{size:,} bytes; Google takes {MAX_BYTES:,}. Disavow domains instead of pages."
        faults.append(Fault(None, "too_many_bytes", "", sentence))
    return faults


def ascii_comment(text: str) -> str:
    """Return a comment in one line of ASCII; accents are taken off, other signs are escaped."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    escaped = plain.encode("ascii", "backslashreplace").decode("ascii")
    printable = "".join(char if char.isprintable() else " " for char in escaped)
    return _SPACES.sub(" ", printable).strip(" #")[:MAX_COMMENT].rstrip()


def _comments(note: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(comment for line in note if (comment := ascii_comment(line))))


def _sorted_lines(entries: Sequence[Entry]) -> tuple[str, ...]:
    names = sorted(entry.value for entry in entries if entry.kind is DOMAIN)
    pages = sorted(entry.value for entry in entries if entry.kind is URL)
    return (*(f"domain:{name}" for name in names), *pages)


def _commented(comments: Sequence[str], lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in [*(f"# {text}" for text in comments), *lines])
