"""Bounces that follow no standard: a letter for people -> one notice per recipient.

A letter names each address and what was said about it near by: under it, behind it on its line, or,
as in a transcript of SMTP, above it. The copy of our own mail that follows is cut off first.
"""

import re

from services.outreach.domain.inbound.notice import (
    ADDRESS,
    Notice,
    address_in,
    command_in,
    one_line,
)
from services.outreach.domain.inbound.verdict import Outcome

_COPY_BEGINS = re.compile(
    r"^(?:[ \t>*|]*[-=_*#]{2,80}[ \t]*(?:below (?:this line )?is a copy|this is a copy|the (?:header|body|following is)|"
    r"original message|unsent message|returned message|message header|undelivered message|"
    r"header of the|included is a copy|message non-deliverable|your original|copy of|"
    r"forwarded message|original headers)"
    r"|(?:the )?(?:original )?message (?:headers? )?follows?\b|message headers follow|included is a copy"
    r"|the attachment contains|(?:below is|the following is|here is|this is) (?:a|the) (?:copy|header)"
    r"|original message(?: headers?)?:?[ \t]*$|(?:return-path|received|x-[\w-]+|dkim-signature|mime-version):)",
    re.IGNORECASE | re.MULTILINE,
)
_HEADING = re.compile(
    r"""^[ \t]*(?:\*[ \t]+|to:[ \t]*|recipients?(?: address)?:?[ \t]*|addressed to:[ \t]*|rcpt to:[ \t]*)?
        ["']?<?\s*(?P<address>[^\s<>"'@:,;()]{1,64}@[\w.-]{2,200}\w)>?["']?
        [ \t]*(?P<rest>[:;,]|\(|\[|\.\.\.|[ \t]on[ \t]|[ \t]invalid[ \t]address|$)""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
# Of a transcript of SMTP: `554 <ann@x.example>... Host unknown`.
_TRANSCRIPT = re.compile(
    r"^[245]\d\d[ \t]+<?(?P<address>[^\s<>@]{1,64}@[\w.-]{2,200}\w)>?\.\.\.(?P<rest>)", re.MULTILINE
)
# What stands above it describes our own mail.
_EXCHANGE = "did not reach the following recipient"
_TO = re.compile(r"^to:(.*)$", re.IGNORECASE | re.MULTILINE)
_MOST_RECIPIENTS = 100
_MOST_LETTERS = 20_000


def letter_of(text: str) -> str:
    """Return what a letter says before it shows the returned mail."""
    text = text[:_MOST_LETTERS]
    text = text[max(text.find(_EXCHANGE), 0) :]
    copy = _COPY_BEGINS.search(text)
    return text[: copy.start()] if copy and text[: copy.start()].strip() else text


def returned_in(text: str) -> str:
    """Return the copy of the returned mail in a letter, or ''."""
    copy = _COPY_BEGINS.search(text)
    return text[copy.start() :] if copy else ""


def notices_of(
    letter: str, *, returned: str, failed_header: str, written_by: str, sent_to: str
) -> list[Notice]:
    """Return a notice per address that the letter is about, each with what was said of it."""
    own = {sent_to.lower(), written_by.lower()}
    segments = _segments(letter, own)
    if not segments:
        segments = dict.fromkeys(ADDRESS.findall(failed_header), letter)
    if not segments:
        others = [one for one in ADDRESS.findall(letter) if one.lower() not in own]
        segments = dict.fromkeys(others[:1], letter)
    if not segments:
        written_to = _TO.search(returned)
        segments = {address_in(written_to[1]) if written_to else "": letter}
    return [_notice(address, said, letter) for address, said in segments.items()]


def _segments(letter: str, own: set[str]) -> dict[str, str]:
    lines = list(_TRANSCRIPT.finditer(letter))
    if lines:
        return _segments_of_transcript(letter, lines)
    headings = [one for one in _HEADING.finditer(letter) if one["address"].lower() not in own]
    found: dict[str, str] = {}
    for number, heading in enumerate(headings[:_MOST_RECIPIENTS]):
        end = headings[number + 1].start() if number + 1 < len(headings) else len(letter)
        said = letter[heading.start("address") : end]
        address = heading["address"]
        found[address] = f"{found[address]}\n{said}" if address in found else said
    return found


def _segments_of_transcript(letter: str, lines: list[re.Match[str]]) -> dict[str, str]:
    """Return what was said above and on the line of each address, since the line of another."""
    found: dict[str, str] = {}
    start = 0
    for line in lines[:_MOST_RECIPIENTS]:
        end = letter.find("\n", line.end())
        end = len(letter) if end < 0 else end
        address = line["address"]
        found[address] = found.get(address, "") + letter[start:end]
        start = end
    return found


def _notice(address: str, said: str, letter: str) -> Notice:
    about = one_line(said) if len(said) > len(address) + 12 else one_line(letter)
    return Notice(
        address=address,
        outcome=Outcome.BOUNCE,
        diagnosis=about[:4000],
        command=command_in(said) or command_in(letter),
    )
