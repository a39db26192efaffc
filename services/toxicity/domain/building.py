"""Builds the next disavow list from the list in force and the decisions of people; nothing else adds to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.toxicity.domain.disavow.entries import Entry, EntryKind
from services.toxicity.domain.disavow.merge import Difference, counts, diff, merge
from services.toxicity.domain.disavow.reader import parse
from services.toxicity.domain.disavow.writer import Written, write
from services.toxicity.domain.facts import Decision
from services.toxicity.domain.guard import Guard
from shared import urls

HEADER = "Disavow list of {domain}, written by Anchorwatch from decisions of people"
ADVICE = (
    "Google says to disavow only with many spammy links and a manual action received or likely;"
    " most sites need no disavow file at all. Uploading replaces the list that Google has."
)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision in force about a domain, or about the page of one link."""

    decision: Decision
    decided_on: date
    reason: str
    domain: str | None = None
    page_url: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What the next version would be."""

    written: Written
    difference: Difference
    new_domains: int


def build(current: str, decisions: Sequence[Decided], *, domain: str, guard: Guard) -> Plan:
    """Return the next version; raises the writer's LimitError where Google would not take it.

    A decision to keep lifts an entry of the list in force; ignoring or asking changes nothing.
    """
    parsed = parse(current)
    before = [item.entry for item in parsed.entries]
    added = [
        entry
        for decided in decisions
        if decided.decision is Decision.DISAVOW and (entry := _entry(decided)) is not None
    ]
    lifted = [one.domain for one in decisions if one.decision is Decision.KEEP and one.domain]
    lifted_pages = {
        entry.line
        for one in decisions
        if one.decision is Decision.KEEP and (entry := _entry(one)) is not None
    }
    entries = [
        entry
        for entry in merge(before, added=added, removed=lifted)
        if entry.line not in lifted_pages
    ]
    written = write(entries, header=_header(parsed.header, domain), guard=guard)
    difference = diff(before, [item.entry for item in parse(written.text).entries])
    new_domains = sum(line.startswith("domain:") for line in difference.added)
    return Plan(written, difference, new_domains)


def compare(before: str, after: str) -> Difference:
    """Return how two versions differ."""
    return diff(_entries(before), _entries(after))


def size(text: str) -> tuple[int, int]:
    """Return how many domains and pages a version names."""
    return counts(_entries(text))


def guard_with(guard: Guard, *, kept: Iterable[str], placed: Iterable[str]) -> Guard:
    """Return the guard of a site with what its people decided and agreed."""
    return Guard(
        own=guard.own,
        partners=guard.partners,
        competitors=guard.competitors,
        kept=frozenset(kept),
        placed=frozenset(placed),
    )


def _entries(text: str) -> list[Entry]:
    return [item.entry for item in parse(text).entries]


def _entry(decided: Decided) -> Entry | None:
    note = (f"{decided.decided_on:%Y-%m-%d} {decided.reason}".strip(),)
    if decided.domain is not None:
        return Entry(EntryKind.DOMAIN, decided.domain, note)
    if decided.page_url is None:
        return None
    return Entry(EntryKind.URL, urls.normalise(decided.page_url), note)


def _header(found: Sequence[str], domain: str) -> list[str]:
    own = HEADER.format(domain=domain)
    return [own, *(line for line in found if line != own)]
