"""One failed (or delayed, delivered) recipient as a mail reports it, before a reason is found."""

import re
from dataclasses import dataclass

from services.outreach.domain.inbound.verdict import Outcome

_ADDRESS = r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,200}\w"
ADDRESS = re.compile(rf'(?:"[^"\n@]{{1,64}}"@[\w.-]{{1,200}}\w|{_ADDRESS})')
_MOST_READ = 4000
_SPACES = re.compile(r"\s+")

_COMMAND = re.compile(
    r"(?:in reply to(?: the)?(?: end of)?|(?:after|following)(?: end of)?|>>>|<<<|\bin|\[(?=\w+_)|did not like our(?: final)?|smtp:|"
    r"smtp command[\s:]+|during|response to|response from|(?:rejected|refused|failed|error) (?:at|on|to)|"
    r"your message \()\s*\(?'?(rcpt|mail|data|ehlo|helo|connect|conn\b|initial connection|end of message)",
)
_COMMANDS = {
    "rcpt": "RCPT",
    "mail": "MAIL",
    "data": "DATA",
    "ehlo": "EHLO",
    "helo": "EHLO",
    "connect": "CONN",
    "conn": "CONN",
    "initial connection": "CONN",
    "end of message": "DATA",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    address: str
    outcome: Outcome = Outcome.BOUNCE
    status: str = ""
    diagnosis: str = ""
    """What the other server said, in one line."""
    host: str = ""
    """The server that said so."""
    program: str = ""
    """What said so where it was not a server over SMTP, as a report names it: `x-unix`."""
    command: str = ""
    """The SMTP command that was answered, if the mail tells: CONN EHLO MAIL RCPT DATA."""


def one_line(text: str) -> str:
    """Return text on one line, without halves of letters that JSON may hold."""
    return _SPACES.sub(" ", text).strip().encode("utf-8", "replace").decode()


def address_in(text: str) -> str:
    """Return the first mail address of a text without its brackets, or ''."""
    match = ADDRESS.search(text)
    return match[0].strip(".'") if match else ""


# How qmail and its relatives say it.
_SENTENCES = (
    ("does not like recipient", "RCPT"),
    ("but recipient was rejected", "RCPT"),
    ("but sender was rejected", "MAIL"),
    ("but my name was rejected", "EHLO"),
    ("failed on data command", "DATA"),
    ("failed after i sent the message", "DATA"),
    ("rejected recipient <", "RCPT"),
    # How Gmail numbers the states of its conversation.
    ("(state 9)", "MAIL"),
    ("(state 12)", "RCPT"),
    ("(state 13)", "RCPT"),
    ("(state 14)", "RCPT"),
    ("(state 15)", "DATA"),
    ("(state 17)", "DATA"),
    ("(state 18)", "DATA"),
)


def command_in(text: str) -> str:
    """Return the SMTP command that a text says was answered; the last one named, or ''."""
    small = text[:_MOST_READ].lower()
    for sentence, command in _SENTENCES:
        if sentence in small:
            return command
    if not any(name in small for name in _COMMANDS):
        return ""
    found = _COMMAND.findall(small)
    return _COMMANDS.get(found[-1].strip(), "DATA") if found else ""
