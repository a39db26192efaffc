"""What a page says now against what it said before: whether its domain looks like another one; pure.

Only what both looks know is compared: what is missing in one of them says nothing.
"""

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from services.toxicity.domain.finding import quote
from shared import place_words, urls
from shared.flag_words import Flag

ENOUGH_WORDS = 100
OTHER_BITS = 20  # of the 64 of a fingerprint: two unrelated texts differ in about 32
FEW_OUTLINKS, MANY_OUTLINKS, TIMES_OUTLINKS = 30, 100, 5
NO_SPAM, MUCH_SPAM = 3, 8
MAX_SHOWN = 3

_WORD = re.compile(r"\w{3,}")
_OK = 200

Look = Mapping[str, Any]
"""The facts of a page, as they are kept."""


class Sign(NamedTuple):
    """One thing that is not as it was, in words."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What became of a domain, and the signs of it."""

    flag: Flag
    evidence: tuple[str, ...]


def turns(before: Look, now: Look) -> list[Turn]:
    """Return what the newer look at a page says that became of its domain."""
    if before.get("http_status") != _OK or now.get("http_status") != _OK:
        return []
    signs = {one.name: one for rule in _RULES if (one := rule(before, now)) is not None}
    found = []
    if _is_repurposed(signs.keys()):
        found.append(Turn(Flag.REPURPOSED, tuple(one.text for one in signs.values())))
    for flag, name in _ALONE:
        if name in signs:
            found.append(Turn(flag, (signs[name].text,)))
    return found


_ALONE = ((Flag.HACKED, "injected"), (Flag.OUTLINKS_JUMPED, "outlinks"))
_CONTENT = frozenset({"title", "text"})
_OWNER = frozenset({"ids", "name_servers"})
_PURPOSE = frozenset({"language", "spam"})


def _is_repurposed(signs: AbstractSet[str]) -> bool:
    """Another title and text alone are a redesign; it takes another language, purpose or owner too.

    Ids alone change when a site changes its tools: they count together with name servers, or with
    a template that is another one as well.
    """
    if not signs >= _CONTENT:
        return False
    owner = _OWNER & signs
    return bool(_PURPOSE & signs) or owner == _OWNER or (bool(owner) and "template" in signs)


def _title(before: Look, now: Look) -> Sign | None:
    old, new = before.get("title") or "", now.get("title") or ""
    old_words, new_words = set(_WORD.findall(old.casefold())), set(_WORD.findall(new.casefold()))
    if not old_words or not new_words or old_words & new_words:
        return None
    return Sign("title", f"It was called {quote(old)} and is now called {quote(new)}.")


def _text(before: Look, now: Look) -> Sign | None:
    if not _are_long(before, now) or not _differ(before, now, "text_fingerprint"):
        return None
    return Sign("text", "Its text has nothing in common with that of the last look.")


def _template(before: Look, now: Look) -> Sign | None:
    if not _differ(before, now, "template_fingerprint"):
        return None
    return Sign("template", "It is built from another template.")


def _language(before: Look, now: Look) -> Sign | None:
    old, new = before.get("text_language"), now.get("text_language")
    if not old or not new or old == new or not _are_long(before, now):
        return None
    languages = f"{place_words.language(old)} and is now written in {place_words.language(new)}"
    return Sign("language", f"It was written in {languages}.")


def _spam(before: Look, now: Look) -> Sign | None:
    old, new = before.get("spam_words"), now.get("spam_words")
    if old is None or new is None or old >= NO_SPAM or new < MUCH_SPAM:
        return None
    return Sign("spam", f"Words of spam appeared on it: {new}, where there were {old}.")


def _ids(before: Look, now: Look) -> Sign | None:
    old, new = set(before.get("tracker_ids") or ()), set(now.get("tracker_ids") or ())
    if not old or not new or old & new:
        return None
    return Sign("ids", f"Its ids for analytics and ads are others: {_listed(new)}.")


def _name_servers(before: Look, now: Look) -> Sign | None:
    old, new = _server_domains(before), _server_domains(now)
    if not old or not new or old & new:
        return None
    return Sign("name_servers", f"Its name servers moved from {_listed(old)} to {_listed(new)}.")


def _server_domains(look: Look) -> set[str]:
    return {urls.domain_or_host(name) for name in look.get("name_servers") or ()}


def _outlinks(before: Look, now: Look) -> Sign | None:
    old, new = before.get("outlinks_external"), now.get("outlinks_external")
    if old is None or new is None:
        return None
    if old > FEW_OUTLINKS or new < MANY_OUTLINKS or new < TIMES_OUTLINKS * old:
        return None
    return Sign("outlinks", f"The page links to other sites {new} times, where it was {old}.")


def _injected(before: Look, now: Look) -> Sign | None:
    """Boxes that were there at the first look may be the site's own way of building pages."""
    old, new = before.get("injected_blocks"), now.get("injected_blocks", 0)
    if old != 0 or not new:
        return None
    boxes = "A hidden box" if new == 1 else f"{new} hidden boxes"
    return Sign("injected", f"{boxes} of links to other sites appeared on the page.")


_RULES: tuple[Callable[[Look, Look], Sign | None], ...] = (
    *(_title, _text, _template, _language, _spam),
    *(_ids, _name_servers, _outlinks, _injected),
)


def _are_long(before: Look, now: Look) -> bool:
    words: int = min(before.get("word_count") or 0, now.get("word_count") or 0)
    return words >= ENOUGH_WORDS


def _differ(before: Look, now: Look, name: str) -> bool:
    old, new = before.get(name), now.get(name)
    if not old or not new:
        return False
    try:
        bits: int = int(old, 16) ^ int(new, 16)
    except ValueError:
        return False
    return bits.bit_count() >= OTHER_BITS


def _listed(values: set[str]) -> str:
    return ", ".join(sorted(values)[:MAX_SHOWN])


# ---- how old a domain is, as far as anybody tells -------------------------------------------------


@dataclass(frozen=True, slots=True)
class Age:
    """The earliest day of which something tells that the domain was there, and who tells it."""

    on: date
    told_by: str
    sentence: str


def age_of(
    *, told: date | None, page: date | None, known: date | None, registered: date | None = None
) -> Age | None:
    """Return the earliest of: what sources, its registry and its own pages say, when we knew it.

    It is a fact and no evidence: a domain of which nobody tells its age is as good as any other.
    What a source says can be told from our own looks because it lies before we knew of the link.
    """
    found = [
        (day, by, words)
        for day, by, words in (
            (known, "us", "It has been known here since {}."),
            (told, "source", "Another tool saw a link on it on {}."),
            (page, "page", "A page of it gives {} as its own date."),
            (registered, "registry", "Its registry says that it was registered on {}."),
        )
        if day is not None
    ]
    if not found:
        return None
    day, by, words = min(found, key=lambda one: one[0])
    return Age(day, by, words.format(f"{day.day} {day:%b %Y}"))
