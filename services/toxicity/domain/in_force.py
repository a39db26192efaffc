"""What the disavow file in force does: one sentence for each entry, and what it throws away; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.toxicity.domain.disavow.entries import DOMAIN, Entry
from services.toxicity.domain.guard import Guard
from shared import urls
from shared.hostnames import shown

_NAMED = 5  # good domains that the paragraph names


class Effect(StrEnum):
    """What one entry does, the most harmful first."""

    THROWS_AWAY = "throws_away_good_links"
    TOO_WIDE = "too_wide"
    UNCLEAR = "unclear"
    HOLDS = "holds"
    DOES_NOT_COUNT = "does_not_count"
    GONE = "gone"
    UNKNOWN = "no_link_known"


@dataclass(frozen=True, slots=True)
class HostLinks:
    """The links that come from one host."""

    host: str
    links: int = 0
    live: int = 0
    followed: int = 0
    good: int = 0
    judged: int = 0
    last_seen_on: date | None = None
    sentence: str = ""
    """What the list says of the worst of them."""


@dataclass(frozen=True, slots=True)
class Found:
    """One entry and what is known of the links that it is about."""

    line: str
    effect: Effect
    live: int
    followed: int
    good: int
    last_seen_on: date | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Review:
    """The whole file, looked at."""

    found: tuple[Found, ...]
    paragraph: str

    @property
    def good(self) -> tuple[Found, ...]:
        """Return the entries that throw good links away."""
        return tuple(one for one in self.found if one.effect is Effect.THROWS_AWAY)

    def counts(self) -> dict[Effect, int]:
        return {effect: sum(one.effect is effect for one in self.found) for effect in Effect}


def look(
    entries: Sequence[Entry],
    hosts: Iterable[HostLinks],
    pages: Mapping[str, HostLinks],
    *,
    guard: Guard,
) -> Review:
    """Return what each entry does, by what was seen of the links it is about."""
    below = _by_domain(hosts)
    found = []
    for entry in entries:
        if entry.kind is DOMAIN:
            name = urls.domain_or_host(entry.value)
            covered = [one for one in below.get(name, ()) if _covers(entry.value, one.host)]
        else:
            covered = [pages[entry.value]] if entry.value in pages else []
        found.append(_found(entry, covered, guard))
    order = {effect: number for number, effect in enumerate(Effect)}
    found.sort(key=lambda one: (order[one.effect], one.line))
    return Review(tuple(found), paragraph(found))


def _by_domain(hosts: Iterable[HostLinks]) -> dict[str, list[HostLinks]]:
    found: dict[str, list[HostLinks]] = {}
    for one in hosts:
        found.setdefault(urls.domain_or_host(one.host), []).append(one)
    return found


def _covers(name: str, host: str) -> bool:
    return host == name or host.endswith(f".{name}")


def _found(entry: Entry, covered: Sequence[HostLinks], guard: Guard) -> Found:
    seen = [one.last_seen_on for one in covered if one.last_seen_on is not None]
    live = sum(one.live for one in covered)
    followed = sum(one.followed for one in covered)
    good = sum(one.good for one in covered)
    last = max(seen, default=None)
    held = guard.of_domain(entry.value) if entry.kind is DOMAIN else guard.of_url(entry.value)
    if good:
        effect, sentence = Effect.THROWS_AWAY, _thrown_away(good, last)
    elif held is not None:
        effect, sentence = Effect.TOO_WIDE, held.sentence
    elif not any(one.links for one in covered):
        effect, sentence = (
            Effect.UNKNOWN,
            "No link from here is known; the line does nothing we see.",
        )
    elif not live:
        effect, sentence = Effect.GONE, "Its links are gone; the line does nothing any more."
    elif not followed:
        effect = Effect.DOES_NOT_COUNT
        sentence = f"{_links(live)} from here, marked so that search engines do not count them."
    elif not any(one.judged for one in covered):
        effect = Effect.UNCLEAR
        sentence = f"{_links(followed)} that may count; not enough was seen to say more."
    else:
        worst = next((one.sentence for one in covered if one.sentence), "")
        effect, sentence = Effect.HOLDS, f"{_links(followed)} that would count. {worst}".strip()
    return Found(entry.line, effect, live, followed, good, last, _ended(sentence))


def _thrown_away(good: int, last: date | None) -> str:
    when = "" if last is None else f", last seen on {last:%Y-%m-%d}"
    return f"Throws away {_links(good, 'good, followed ')}{when}: take the line out."


def _links(count: int, kind: str = "live ") -> str:
    return f"{count:,} {kind}{'link' if count == 1 else 'links'}"


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def paragraph(found: Sequence[Found]) -> str:
    """Return what a client can be sent: counted, in plain words, without advice that nobody checked."""
    counts = {effect: sum(one.effect is effect for one in found) for effect in Effect}
    good = [one for one in found if one.effect is Effect.THROWS_AWAY]
    parts = [f"The disavow file of your site has {_entries(len(found))}."]
    if good:
        names = ", ".join(shown(one.line.removeprefix("domain:")) for one in good[:_NAMED])
        more = f" and {len(good) - _NAMED:,} more" if len(good) > _NAMED else ""
        parts.append(
            f"{_entries(len(good)).capitalize()} {_verb(len(good), 'tells', 'tell')} Google to leave"
            f" {_links(sum(one.good for one in good), 'good, followed ')} to you out of account:"
            f" {names}{more}. We suggest to take {_verb(len(good), 'it', 'them')} out."
        )
    else:
        parts.append("We found no good, followed link that it throws away.")
    idle = counts[Effect.GONE] + counts[Effect.DOES_NOT_COUNT] + counts[Effect.UNKNOWN]
    if counts[Effect.TOO_WIDE]:
        parts.append(
            f"{_entries(counts[Effect.TOO_WIDE]).capitalize()} {_verb(counts[Effect.TOO_WIDE], 'names', 'name')}"
            " a shared or well-known site as a whole."
        )
    parts.append(
        f"{_entries(counts[Effect.HOLDS])} {_verb(counts[Effect.HOLDS], 'holds', 'hold')} links off"
        f" that look made; {_entries(idle)} {_verb(idle, 'has', 'have')} nothing to do (the links are"
        f" gone, do not count, or none is known); of {_entries(counts[Effect.UNCLEAR])} too little was"
        " seen to say."
    )
    return " ".join(parts)


def _entries(count: int) -> str:
    return f"{count:,} {'entry' if count == 1 else 'entries'}"


def _verb(count: int, one: str, many: str) -> str:
    return one if count == 1 else many
