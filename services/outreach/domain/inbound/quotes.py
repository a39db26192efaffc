# ruff: noqa: RUF001 - the wide colon is meant
"""What a sender wrote themselves: a mail's text without quoted mails and signatures; linear, 20 languages."""

import re
from collections.abc import Sequence

from services.outreach.domain.inbound.quotewords import (
    ATTRIBUTION_BEGINS,
    FORWARDED,
    FROM_FIELD,
    ORIGINAL_MESSAGE,
    OTHER_FIELD,
    SENT_FROM,
    WROTE,
)

_MOST_LINES, _LONGEST_MARK = 4000, 300
_WRAPPED_LINES = 4
"""An attribution ("On ... wrote:") may be wrapped into as many lines."""

_ATTRIBUTION_END = re.compile(rf"{WROTE}[^\n:：]{{0,120}}[:：]\s*$", re.IGNORECASE)
_ATTRIBUTION_START = re.compile(rf"^{ATTRIBUTION_BEGINS}", re.IGNORECASE)
# A date, a name, an address and a colon, as Gmail writes them: an attribution in any language.
_DATED_SENDER = re.compile(
    r"^\W{0,3}\d{4}[-/]\d{1,2}[-/]\d{1,2}\b.{0,120}<[^<>\s]+@[^<>\s]+>:?\s*$"
    r"|^.{0,80}\b\d{1,2}[:.]\d\d\b.{0,100}<[^<>\s]+@[^<>\s]+>.{0,40}[:：]\s*$"
)
_DIVIDER = re.compile(rf"^[ >]*(?:[-_=*]{{2,}}\s*{ORIGINAL_MESSAGE}|{FORWARDED})", re.IGNORECASE)
_UNDERSCORES = re.compile(r"^[_-]{20,}\s*$")
# Sender, and close below two of the others: a quoted mail begins.
_FROM_FIELD = re.compile(rf"^[*>\s]*{FROM_FIELD}\s?[*]*\s*[:：]", re.IGNORECASE)
_OTHER_FIELD = re.compile(rf"^[*>\s]*{OTHER_FIELD}\s?[*]*\s*[:：]", re.IGNORECASE)
_SIGNATURE = re.compile(rf"^(?:--\s?|—|__+|\*{{3,}})$|^[\s*>]*{SENT_FROM}", re.IGNORECASE)


def own_text(text: str) -> str:
    """Return what the sender wrote, without quotes and signature."""
    lines = text.replace("\r\n", "\n").replace("\u2028", "\n").split("\n")[:_MOST_LINES]
    lines = [line.rstrip().replace("\xa0", " ") for line in lines]
    kept: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        if line.lstrip().startswith((">", "|>")):
            number += 1
            continue
        wrapped = _attribution_lines(lines, number)
        if wrapped:
            if not _is_quoted_below(lines, number + wrapped):
                break
            number += wrapped
            continue
        if _begins_old_mail(lines, number):
            break
        if _SIGNATURE.match(line[:_LONGEST_MARK]):
            number = _end_of_signature(lines, number)
            continue
        kept.append(line)
        number += 1
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _attribution_lines(lines: Sequence[str], number: int) -> int:
    """Return how many lines the attribution takes that begins here, 0 if none does."""
    first = lines[number].strip().lstrip("*").strip()
    if not first or len(first) > 400:
        return 0
    if _DATED_SENDER.match(first):
        return 1
    if not _ATTRIBUTION_START.match(first):
        return 0
    joined = ""
    for count, line in enumerate(lines[number : number + _WRAPPED_LINES], 1):
        if not line.strip():
            return 0
        joined = f"{joined} {line.strip()}".strip()
        if (
            joined.endswith((":", "："))
            and _ATTRIBUTION_END.search(joined[-240:])
            and _names_somebody(joined)
        ):
            return count
    return 0


def _names_somebody(line: str) -> bool:
    """Return whether a line could be an attribution: it has an address, or a date's digits."""
    return "@" in line or sum(char.isdigit() for char in line) >= 2


def _is_quoted_below(lines: Sequence[str], number: int) -> bool:
    """Return whether quoting with `>` follows, so that the sender may go on below it."""
    following = next((line for line in lines[number : number + 6] if line.strip()), "")
    return following.lstrip().startswith(">")


def _begins_old_mail(lines: Sequence[str], number: int) -> bool:
    line = lines[number][:_LONGEST_MARK]
    if _DIVIDER.match(line):
        return True
    if _UNDERSCORES.match(line):
        return any(_FROM_FIELD.match(near) for near in lines[number + 1 : number + 4])
    if not _FROM_FIELD.match(line):
        return False
    return sum(bool(_OTHER_FIELD.match(near)) for near in lines[number + 1 : number + 6]) >= 2


def _end_of_signature(lines: Sequence[str], number: int) -> int:
    """Return where text may go on: at a quote or an attribution behind the signature, else never."""
    for at in range(number + 1, len(lines)):
        if lines[at].lstrip().startswith(">") or _begins_old_mail(lines, at):
            return at
        if _attribution_lines(lines, at):
            return at
    return len(lines)
