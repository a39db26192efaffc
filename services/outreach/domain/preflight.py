"""What was found out about a mailbox before it may send: a sentence each, and what to do; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.outreach.domain.answers import Answer, Stage
from services.outreach.domain.mailboxes import SignIn


class Level(StrEnum):
    """What a finding means for sending."""

    GOOD = "good"
    WARNING = "warning"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Finding:
    check: str
    level: Level
    sentence: str
    todo: str = ""


Records = Sequence[str] | None
"""What name servers answered; None if none did, which says nothing about the domain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was looked up and tried."""

    domain: str
    spf: Records
    dmarc: Records
    mail_hosts: Records
    smtp: Answer
    imap: str | None
    """Why the inbox could not be opened, empty if it could; None where it has no server for answers."""
    signs_in_by: SignIn
    public_url: str | None


def findings_of(seen: Seen) -> list[Finding]:
    """Judge all of it."""
    return [_smtp(seen), _imap(seen), _mail_hosts(seen), _spf(seen), _dmarc(seen), _way_out(seen)]


def may_send(findings: Sequence[Finding]) -> bool:
    """Say whether a mailbox is ready; one that was never looked at is not."""
    return bool(findings) and all(one.level is not Level.STOP for one in findings)


def _smtp(seen: Seen) -> Finding:
    answer = seen.smtp
    if answer.code is not None and answer.code < 400:
        return Finding("smtp", Level.GOOD, "The mail server let us sign in.")
    if answer.stage is Stage.SIGN_IN and seen.signs_in_by is SignIn.OAUTH:
        todo = (
            "Sign in again; if it stays so, have the mailbox's administrator allow sending by SMTP."
        )
    elif answer.stage is Stage.SIGN_IN:
        todo = "Give the user and the password anew; many providers want an app password."
    else:
        todo = "Check the host, the port and the encryption."
    return Finding("smtp", Level.STOP, f"We could not sign in to send. {answer.saying}", todo)


def _imap(seen: Seen) -> Finding:
    if seen.imap is None:
        return Finding(
            "imap",
            Level.WARNING,
            "It has no server for answers (IMAP), so nobody learns here that somebody answered.",
            "Name the server, so that answers end a sequence.",
        )
    if not seen.imap:
        return Finding("imap", Level.GOOD, "The inbox can be opened, so answers are read.")
    return Finding(
        "imap",
        Level.STOP,
        f"We could not open the inbox to read answers. {seen.imap}",
        "Mend that, or leave the server for answers empty to send without reading them.",
    )


def _mail_hosts(seen: Seen) -> Finding:
    if seen.mail_hosts is None:
        return _not_asked("mx", seen.domain)
    if seen.mail_hosts:
        return Finding(
            "mx", Level.GOOD, f"Answers to {seen.domain} arrive at {seen.mail_hosts[0]}."
        )
    return Finding(
        "mx",
        Level.STOP,
        f"{seen.domain} names no server that takes its mail, so no answer would arrive.",
        "Add the MX record that your mail provider names to the domain's DNS.",
    )


def _spf(seen: Seen) -> Finding:
    if seen.spf is None:
        return _not_asked("spf", seen.domain)
    found = [text for text in seen.spf if text.lower().split(" ")[0] == "v=spf1"]
    if len(found) == 1:
        return Finding("spf", Level.GOOD, f"{seen.domain} says who may send its mail (SPF).")
    if found:
        return Finding(
            "spf",
            Level.STOP,
            f"{seen.domain} has {len(found)} SPF records; receivers then believe none.",
            "Make one record of them.",
        )
    return Finding(
        "spf",
        Level.STOP,
        f"{seen.domain} does not say who may send its mail (SPF); large providers refuse it then.",
        "Add the TXT record “v=spf1 include:... -all” that your mail provider names.",
    )


def _dmarc(seen: Seen) -> Finding:
    if seen.dmarc is None:
        return _not_asked("dmarc", seen.domain)
    if any(text.lower().replace(" ", "").startswith("v=dmarc1;") for text in seen.dmarc):
        sentence = f"{seen.domain} says what to do with forged mail (DMARC)."
        return Finding("dmarc", Level.GOOD, sentence)
    return Finding(
        "dmarc",
        Level.STOP,
        f"{seen.domain} does not say what to do with forged mail (DMARC).",
        f"Add the TXT record “v=DMARC1; p=none” for _dmarc.{seen.domain}.",
    )


def _way_out(seen: Seen) -> Finding:
    if seen.public_url is not None and seen.public_url.startswith("https:"):
        return Finding("leaving", Level.GOOD, "Readers can leave with one click.")
    return Finding(
        "leaving",
        Level.WARNING,
        "Anchorwatch has no public https address, so readers leave by answering, not with one click.",
        "Set ANCHORWATCH_PUBLIC_URL to an https address that readers can reach.",
    )


def _not_asked(check: str, domain: str) -> Finding:
    return Finding(
        check,
        Level.WARNING,
        f"No name server answered, so we do not know what {domain} says ({check.upper()}).",
        "Check again later; large providers may refuse the mail until then.",
    )
