"""Builds the next disavow list from the list in force and the decisions of people; nothing else adds to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.toxicity.domain.disavow.entries import DOMAIN, URL, Entry
from services.toxicity.domain.disavow.merge import (
    Difference,
    Merged,
    counts,
    diff,
    merge,
    merge_three,
)
from services.toxicity.domain.disavow.reader import parse
from services.toxicity.domain.disavow.safeguards import Case
from services.toxicity.domain.disavow.writer import Written, draft, write
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
class Wanted:
    """What the next version is to hold, before the safe-guards have looked at it."""

    before: tuple[Entry, ...]
    entries: tuple[Entry, ...]
    header: tuple[str, ...]

    @property
    def in_force(self) -> frozenset[str]:
        return frozenset(entry.line for entry in self.before)

    @property
    def new(self) -> tuple[Entry, ...]:
        """Return the entries that are not in force."""
        in_force = self.in_force
        return tuple(entry for entry in self.entries if entry.line not in in_force)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the next version would be."""

    written: Written
    difference: Difference

    @property
    def new_domains(self) -> int:
        return len(domains_of(self.difference.added))

    @property
    def set_key(self) -> UUID:
        """Return by what this very difference is known; another one wants another look."""
        return urls.key_id("\n".join([*self.difference.added, "", *self.difference.removed]))


def next_list(current: str, decisions: Sequence[Decided], *, domain: str) -> Wanted:
    """Return the list in force with decisions applied.

    A decision to keep lifts an entry of the list in force; ignoring or asking changes nothing.
    """
    parsed = parse(current)
    before = tuple(item.entry for item in parsed.entries)
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
    entries = tuple(
        entry
        for entry in merge(before, added=added, removed=lifted)
        if entry.line not in lifted_pages
    )
    return Wanted(before, entries, tuple(_header(parsed.header, domain)))


def look(wanted: Wanted, *, guard: Guard, case: Case) -> Plan:
    """Return what would be written, with all that holds it back."""
    written = draft(wanted.entries, header=wanted.header, guard=guard, case=case)
    return Plan(written, _difference(wanted.before, written.text))


def build(wanted: Wanted, *, guard: Guard, case: Case) -> Plan:
    """Return the next version; raises the writer's LimitError or HeldError."""
    written = write(wanted.entries, header=wanted.header, guard=guard, case=case)
    return Plan(written, _difference(wanted.before, written.text))


def domains_of(lines: Iterable[str]) -> list[str]:
    """Return the names of the `domain:` lines among these."""
    return [line.removeprefix("domain:") for line in lines if line.startswith("domain:")]


def without(text: str, lines: Iterable[str]) -> str:
    """Return a version without some of its entries."""
    parsed = parse(text)
    gone = set(lines)
    kept = [item.entry for item in parsed.entries if item.entry.line not in gone]
    return write(kept, header=parsed.header).text


def brought_together(base: str, ours: str, theirs: str, *, guard: Guard) -> tuple[str, Merged]:
    """Return the text of a three-way merge and what each side brought."""
    merged = merge_three(_entries(base), _entries(ours), _entries(theirs))
    header = dict.fromkeys([*parse(ours).header, *parse(theirs).header])
    return write(merged.entries, header=list(header), guard=guard).text, merged


def compare(before: str, after: str) -> Difference:
    """Return how two versions differ."""
    return diff(_entries(before), _entries(after))


def size(text: str) -> tuple[int, int]:
    """Return how many domains and pages a version names."""
    return counts(_entries(text))


def lines_of(text: str) -> list[str]:
    """Return the entries of a version as Google reads them."""
    return [entry.line for entry in _entries(text)]


def guard_with(guard: Guard, *, kept: Iterable[str], placed: Iterable[str]) -> Guard:
    """Return the guard of a site with what its people decided and agreed."""
    return Guard(
        own=guard.own,
        partners=guard.partners,
        competitors=guard.competitors,
        kept=frozenset(kept),
        placed=frozenset(placed),
    )


def _difference(before: Sequence[Entry], text: str) -> Difference:
    return diff(before, _entries(text))


def _entries(text: str) -> list[Entry]:
    return [item.entry for item in parse(text).entries]


def _entry(decided: Decided) -> Entry | None:
    note = (f"{decided.decided_on:%Y-%m-%d} {decided.reason}".strip(),)
    if decided.domain is not None:
        return Entry(DOMAIN, decided.domain, note)
    if decided.page_url is None:
        return None
    return Entry(URL, urls.normalise(decided.page_url), note)


def _header(found: Sequence[str], domain: str) -> list[str]:
    own = HEADER.format(domain=domain)
    return [own, *(line for line in found if line != own)]
