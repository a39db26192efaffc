"""SMTP reply codes and enhanced status codes (RFC 3463, RFC 5248): read from text, and what they mean."""

import re
from collections.abc import Iterable

from services.outreach.domain.inbound.verdict import BounceReason as R

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d)\.(\d{1,3})(?![\d.]*\d)")
_REPLY_AND_STATUS = re.compile(
    r"(?<![\d.])([245]\d\d)[ #:(<\[,'-]{1,4}#?([245]\.\d\.\d{1,3})(?![.\d])"
)
_REPLY_FIRST = re.compile(r"(?:^|[\s:;'\"(\[>-])([245][0-5]\d)(?=[\s\-:,<'\"]|$)")

# 4.x.x and 5.x.x mean the same here unless both are listed.
_MEANING: dict[str, R] = {
    "1.0": R.USERUNKNOWN,
    "1.1": R.USERUNKNOWN,
    "1.2": R.HOSTUNKNOWN,
    "1.3": R.USERUNKNOWN,
    "1.4": R.FILTERED,
    "1.6": R.HASMOVED,
    "1.7": R.REJECTED,
    "1.8": R.REJECTED,
    "1.9": R.SYSTEMERROR,
    "1.10": R.NOTACCEPT,
    "2.0": R.FILTERED,
    "2.1": R.SUSPEND,
    "2.2": R.MAILBOXFULL,
    "2.3": R.EXCEEDLIMIT,
    "2.4": R.FILTERED,
    "3.0": R.SYSTEMERROR,
    "3.1": R.SYSTEMFULL,
    "3.2": R.NOTACCEPT,
    "3.3": R.SYSTEMERROR,
    "3.4": R.MESGTOOBIG,
    "3.5": R.SYSTEMERROR,
    "4.0": R.NETWORKERROR,
    "4.1": R.EXPIRED,
    "4.2": R.EXPIRED,
    "4.3": R.SYSTEMERROR,
    "4.4": R.HOSTUNKNOWN,
    "4.5": R.SYSTEMFULL,
    "4.6": R.NETWORKERROR,
    "4.7": R.EXPIRED,
    "4.8": R.NETWORKERROR,
    "5.3": R.TOOMANYCONN,
    "5.4": R.SYSTEMERROR,
    "5.5": R.SYSTEMERROR,
    "5.6": R.SYNTAXERROR,
    "6.0": R.CONTENTERROR,
    "6.1": R.CONTENTERROR,
    "6.2": R.CONTENTERROR,
    "6.3": R.CONTENTERROR,
    "6.5": R.CONTENTERROR,
    "6.6": R.CONTENTERROR,
    "6.7": R.CONTENTERROR,
    "6.8": R.CONTENTERROR,
    "6.9": R.CONTENTERROR,
    "7.0": R.SECURITYERROR,
    "7.1": R.SECURITYERROR,
    "7.2": R.SECURITYERROR,
    "7.3": R.SECURITYERROR,
    "7.4": R.SECURITYERROR,
    "7.5": R.SECURITYERROR,
    "7.6": R.SECURITYERROR,
    "7.7": R.SECURITYERROR,
    "7.8": R.SECURITYERROR,
    "7.9": R.SECURITYERROR,
    "7.13": R.SUSPEND,
    "7.14": R.SECURITYERROR,
    "7.17": R.HASMOVED,
    "7.20": R.AUTHFAILURE,
    "7.21": R.AUTHFAILURE,
    "7.22": R.AUTHFAILURE,
    "7.23": R.AUTHFAILURE,
    "7.24": R.AUTHFAILURE,
    "7.25": R.REQUIREPTR,
    "7.26": R.AUTHFAILURE,
    "7.27": R.NOTACCEPT,
    "7.28": R.SPAMDETECTED,
    "7.30": R.SECURITYERROR,
    "7.509": R.AUTHFAILURE,
    "7.515": R.AUTHFAILURE,
}
_ONLY_TEMPORARY: dict[str, R] = {
    "4.2.0": R.MAILBOXFULL,
    "4.3.0": R.SYSTEMERROR,
    "4.4.4": R.NETWORKERROR,
    "4.7.0": R.SECURITYERROR,
    "4.7.1": R.BLOCKED,
    "4.7.28": R.SPEEDING,
}


def meaning_of(status: str) -> R | None:
    """Return what an enhanced status code says by itself, if it says anything."""
    if status.startswith("2"):
        return R.DELIVERED
    return _ONLY_TEMPORARY.get(status) or _MEANING.get(status[2:])


def is_vague(status: str) -> bool:
    """Return whether a code says no more than that it failed, or nothing at all."""
    return not status or status[2:] in {"0.0", "5.0", "4.7"}


def statuses_in(text: str) -> list[str]:
    """Return the enhanced codes in a text, in order; what belongs to an address or version is none."""
    return [".".join(found) for found in _STATUS.findall(text)]


def best_status(field: str, texts: Iterable[str]) -> str:
    """Return the code that says most: of the status field, or of what the other server said."""
    own = next(iter(statuses_in(field)), "")
    for text in texts:
        paired = [str(pair[1]) for pair in _REPLY_AND_STATUS.findall(text)]
        for status in [*paired, *statuses_in(text)]:
            if status.startswith("2"):
                continue  # of the part of a session that went well
            if own and status[0] != own[0] and not is_vague(own):
                continue
            if not is_vague(status) and (is_vague(own) or status in paired):
                return status
            own = own or status
    return own


def reply_code_in(text: str) -> str:
    """Return the first SMTP reply code of a text, the ones beside an enhanced code before others."""
    paired = _REPLY_AND_STATUS.search(text)
    if paired:
        return str(paired[1])
    found = _REPLY_FIRST.search(text)
    return str(found[1]) if found else ""
