"""Why a mail was not delivered: from what the server said, its codes and the command it answered."""

import re

from services.outreach.domain.inbound.codes import meaning_of
from services.outreach.domain.inbound.notice import Notice
from services.outreach.domain.inbound.phrases import PHRASES, Phrase
from services.outreach.domain.inbound.providers import reason_by_provider
from services.outreach.domain.inbound.verdict import BounceReason as R

_BEFORE_RECIPIENT = frozenset({"CONN", "EHLO", "MAIL"})
_BEFORE_DATA = _BEFORE_RECIPIENT | {"RCPT"}
_ALWAYS_HARD = frozenset({R.USERUNKNOWN, R.HOSTUNKNOWN, R.HASMOVED})

# Said by one recipient's server about us, never about the recipient: the mailbox is paused instead.
OUR_FAULT = frozenset(
    {
        R.AUTHFAILURE,
        R.BADREPUTATION,
        R.BLOCKED,
        R.POLICYVIOLATION,
        R.REQUIREPTR,
        R.SECURITYERROR,
        R.SPAMDETECTED,
        R.SPEEDING,
        R.TOOMANYCONN,
        R.NORELAYING,
        R.REJECTED,
        R.NOTCOMPLIANTRFC,
    }
)

# Codes that say it at least as surely as words do.
_SURE_CODES = frozenset(
    {
        R.MAILBOXFULL,
        R.MESGTOOBIG,
        R.EXCEEDLIMIT,
        R.HASMOVED,
        R.AUTHFAILURE,
        R.REQUIREPTR,
        R.REJECTED,
        R.TOOMANYCONN,
    }
)
# Codes so wide that words which say more are looked for first.
_WIDE_CODES = frozenset(
    {
        R.SYSTEMERROR,
        R.SECURITYERROR,
        R.EXPIRED,
        R.HOSTUNKNOWN,
        R.USERUNKNOWN,
        R.SUSPEND,
        R.FILTERED,
    }
)
# The surer words before the vaguer ones.
_FIRST = (
    R.MAILBOXFULL,
    R.EXCEEDLIMIT,
    R.MESGTOOBIG,
    R.SUSPEND,
    R.HASMOVED,
    R.NORELAYING,
    R.NOTCOMPLIANTRFC,
    R.AUTHFAILURE,
    R.USERUNKNOWN,
    R.FILTERED,
    R.REQUIREPTR,
    R.BADREPUTATION,
    R.CONTENTERROR,
    R.REJECTED,
    R.NOTACCEPT,
    R.HOSTUNKNOWN,
    R.SPAMDETECTED,
    R.SPEEDING,
    R.TOOMANYCONN,
    R.BLOCKED,
)
_THEN = (
    R.VIRUSDETECTED,
    R.POLICYVIOLATION,
    R.MAILERERROR,
    R.NETWORKERROR,
    R.SYSTEMERROR,
    R.SYSTEMFULL,
    R.FAILEDSTARTTLS,
    R.SECURITYERROR,
    R.EXPIRED,
    R.SYNTAXERROR,
)
# Sentences of programs that know their own users: no command of SMTP was answered, and none is needed.
_SURELY_UNKNOWN = (
    "recipient name is not recognized",
    "not listed in public name",
    "no mailbox here by that name",
    "no valid recipients for this mm",
    "delivery error: dd this user doesn't have",
    "unknown user: ",
    "invalid final delivery user",
    "not listed in domino",
)
_LISTS_OF_SERVERS = (
    "spamhaus",
    "spamcop",
    "sorbs",
    "dnsbl",
    "blacklist",
    "blocklist",
    "client host",
)
_QUEUE_FOOTER = "i'm not going to try again; this message has been in the queue too long."

# What a server puts before the words that matter: Postfix before each refusal of a recipient, and
# Cisco's gateways their own guess before what the other server said.
_PREFIXES = re.compile(
    r"(?:recipient )?address rejected: (?!access denied)|\d\.\d\.\d - [a-z ]{4,40}(?=[245]\d\d-')"
)


def is_hard(reason: R, status: str) -> bool:
    """Return whether a recipient will never be reached, whoever writes."""
    return reason in _ALWAYS_HARD or (reason is R.NOTACCEPT and not status.startswith("4"))


def reason_of(notice: Notice, status: str, letter: str = "") -> R:
    """Return why a recipient was not reached; `status` is the code that says most.

    Where what was said of the recipient tells nothing, all of the letter is read.
    """
    reason = _reason(notice, notice.diagnosis.lower(), status)
    if reason is not R.ONHOLD or not letter or len(letter) <= len(notice.diagnosis):
        return reason
    return _reason(notice, " ".join(letter.lower().split())[:4000], status)


def _reason(notice: Notice, said: str, status: str) -> R:
    if status and _QUEUE_FOOTER in said:
        said = said.replace(_QUEUE_FOOTER, "")
    if notice.program == "x-unix":
        return R.MAILERERROR
    provider = reason_by_provider(
        said, f"{notice.host} {notice.address}".lower(), f"{notice.command} {status}"
    )
    if provider is not None:
        return provider
    said = _PREFIXES.sub("", said)
    meaning = meaning_of(status) if status else None
    for reason in _FIRST:
        if _is(reason, said, meaning, notice.command):
            return reason
    return _vaguer_reason(said, meaning, notice)


def _is(reason: R, said: str, meaning: R | None, command: str) -> bool:
    """Return whether a reason of the first list is the one."""
    if reason is R.USERUNKNOWN:
        return _is_user_unknown(said, meaning, command)
    if reason is R.FILTERED:
        if command in _BEFORE_RECIPIENT:
            return False
        return matches(R.FILTERED, said) or matches(R.USERUNKNOWN, said)
    if reason is R.REJECTED and command == "MAIL":
        return meaning in {R.REJECTED, R.USERUNKNOWN} or _is_sender_refused(said)
    if reason is R.MESGTOOBIG and meaning is R.EXCEEDLIMIT:
        return False
    if reason is R.HOSTUNKNOWN:
        if command in {"CONN", "EHLO"}:
            return False  # it is our own name that they do not know
        return not matches(R.NETWORKERROR, said) and (meaning is reason or matches(reason, said))
    if reason is R.SPAMDETECTED and (command in _BEFORE_DATA or _names_a_list(said)):
        return False  # nobody has read the mail yet
    return (meaning is reason and reason in _SURE_CODES) or matches(reason, said)


def _is_user_unknown(said: str, meaning: R | None, command: str) -> bool:
    if any(sentence in said for sentence in _SURELY_UNKNOWN):
        return True
    if command in _BEFORE_RECIPIENT:
        return False
    if meaning is R.USERUNKNOWN:
        others = (R.REJECTED, R.BLOCKED, R.HOSTUNKNOWN) if not matches(R.USERUNKNOWN, said) else ()
        return not any(matches(other, said) for other in others)
    return command == "RCPT" and matches(R.USERUNKNOWN, said)


def _names_a_list(said: str) -> bool:
    """Return whether a list of servers is named, some of which have "spam" in their names."""
    return any(name in said for name in _LISTS_OF_SERVERS)


def _is_sender_refused(said: str) -> bool:
    return any(
        (
            matches(R.REJECTED, said),
            matches(R.HOSTUNKNOWN, said),
            matches(R.USERUNKNOWN, said),
            "access denied" in said,
            "does not exist" in said,
        )
    )


def _vaguer_reason(said: str, meaning: R | None, notice: Notice) -> R:
    if meaning is None or meaning in _WIDE_CODES:
        for reason in _THEN:
            if matches(reason, said):
                return reason
    if meaning is not None:
        return meaning
    if notice.command in {"CONN", "EHLO"}:
        return R.BLOCKED
    return R.ONHOLD if said else R.UNDEFINED


# Almost all phrases have one part, and `in` looks for it at once: ten times as fast as `_stands_in`.
_WHOLE = {
    reason: tuple(phrase[0] for phrase in phrases if len(phrase) == 1)
    for reason, phrases in PHRASES.items()
}
_GAPPED = {
    reason: tuple(phrase for phrase in phrases if len(phrase) > 1)
    for reason, phrases in PHRASES.items()
}


def matches(reason: R, said: str) -> bool:
    """Return whether one of a reason's phrases stands in a text of small letters."""
    for phrase in _WHOLE[reason]:
        if phrase in said:
            return True
    return any(phrase[0] in said and _stands_in(phrase, said) for phrase in _GAPPED[reason])


def _stands_in(phrase: Phrase, said: str) -> bool:
    at = 0
    for part in phrase:
        at = said.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True
