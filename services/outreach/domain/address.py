"""E-mail addresses: which can be written to, and the one spelling under which a person is known; pure."""

import re
import unicodedata

from shared import urls

MAX_ADDRESS = 254
GMAIL = "gmail.com"
GOOGLEMAIL = "googlemail.com"
"""The older name of the same mailboxes."""

_MAX_LOCAL = 64
# The characters of RFC 5322's dot-atom, and letters of other scripts (RFC 6531).
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_NAME = re.compile(r"[\w.-]+")
_UNATTENDED = re.compile(r"(?:no|do-?not|donot)[-_.]?reply|mailer-daemon|postmaster|bounces?|abuse")


def address_key(email: str) -> str:
    """Return the spelling under which a person is locked and suppressed; never raises.

    Small letters in NFC, the domain in ASCII, no +tag, no dots for Gmail: it is never written to,
    for servers elsewhere may tell such addresses apart. What is no address folds as the text it is.
    """
    local, at, domain = _parts(email)
    local = _bare(local.partition("+")[0]) or local
    host = _host(domain)
    if host in {GMAIL, GOOGLEMAIL}:
        local, host = local.replace(".", "") or local, GMAIL
    return f"{local}{at}{host}"


def domain_of(email: str) -> str:
    """Return the registrable domain of an address; on shared hosting the name of its own."""
    return urls.domain_or_host(_host(_parts(email)[2]))


def fault_of(email: str) -> str | None:
    """Return in one sentence why an address can't be written to, or None."""
    text = email.strip()
    if len(text.encode("utf-8", "replace")) > MAX_ADDRESS:
        return f"An address has at most {MAX_ADDRESS} characters."
    local, at, domain = text.rpartition("@")
    if not at or not local:
        return "An address has a name, an @ and a domain, such as ann@example.com."
    if len(local) > _MAX_LOCAL or not _LOCAL.fullmatch(local):
        return "What stands before the @ is no name that mail servers take."
    host = _host(domain)
    if not _NAME.fullmatch(host) or not urls.registrable_domain(host):
        return f"“{domain[:80]}” is no domain that mail could be sent to."
    return None


def is_unattended(email: str) -> bool:
    """Say whether an address by its name is read by nobody, or only by machines."""
    return _UNATTENDED.fullmatch(_parts(email)[0]) is not None


def written(email: str) -> str:
    """Return a checked address as mail is sent to it: the name as it was given, the domain in ASCII."""
    local, _, domain = unicodedata.normalize("NFC", email.strip()).rpartition("@")
    return f"{local}@{_host(domain)}"


def _parts(email: str) -> tuple[str, str, str]:
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", email).casefold())
    local, at, domain = text.strip().strip("<>").rpartition("@")
    return _bare(local), at, domain.strip()


def _bare(local: str) -> str:
    return local.strip('" \t\r\n')


def _host(domain: str) -> str:
    return (_NAME.fullmatch(domain) and urls.host_of(f"http://{domain}/")) or domain
