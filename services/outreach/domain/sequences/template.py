"""Texts with variables: `{{name}}` and `{{name|fallback:"x"}}`, and nothing else; no code runs."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MAX_SUBJECT = 200
MAX_TEXT = 10_000
MAX_VALUE = 500
MAX_VARIABLES = 30

_NAME = r"[a-z][a-z0-9_]{0,39}"
NAME = re.compile(_NAME)
_VARIABLE = re.compile(
    rf"""\{{\{{ [ ]* ({_NAME}) [ ]* (?: \| [ ]* fallback [ ]* : [ ]* "([^"{{}}\n]{{1,200}})" [ ]* )? \}}\}}""",
    re.VERBOSE,
)
_LEFTOVERS = (
    # Numbers in brackets are footnotes.
    re.compile(r"\[(?!\d+\])[^\[\]\n]{0,200}\]"),
    re.compile(r"\{\{[^\n]{0,40}|[^\n]{0,40}\}\}"),
    re.compile(r"\b(?:TODO|X{3,})\b"),
)
_HOW = 'Write variables as {{name}} or {{name|fallback:"there"}}.'


@dataclass(frozen=True, slots=True)
class Known:
    """A variable that the house fills by itself."""

    name: str
    sample: str
    sentence: str


KNOWN = (
    Known("name", "Ann Lee", "The name of the person, where it is known."),
    Known("firstname", "Ann", "The first word of that name."),
    Known("role", "editor", "What the person does, where it is known."),
    Known("domain", "blog.example", "The domain of the prospect."),
    Known("site", "acme.example", "The domain of your site."),
    Known("sender", "Sam Poe", "The name that the mailbox sends under."),
)


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its values in place, and what still keeps it from being sent."""

    text: str
    missing: tuple[str, ...]
    leftovers: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        return not self.missing and not self.leftovers


def faults(text: str) -> list[str]:
    """Return what is wrong with a text, whatever its variables will be."""
    bare = _VARIABLE.sub("", text)
    found = [f"“{left}” cannot be sent as it is." for left in leftovers(bare)]
    if any("{{" in one or "}}" in one for one in found):
        found.append(_HOW)
    if len(variables(text)) > MAX_VARIABLES:
        found.append(f"A text has at most {MAX_VARIABLES} variables.")
    return found


def variables(text: str) -> tuple[str, ...]:
    """Return the names of all variables of a text, in the order in which they first stand there."""
    return tuple(dict.fromkeys(match[1] for match in _VARIABLE.finditer(text)))


def leftovers(text: str) -> tuple[str, ...]:
    """Return what reads like a part that somebody still wanted to fill in."""
    found = [match[0].strip() for pattern in _LEFTOVERS for match in pattern.finditer(text)]
    return tuple(dict.fromkeys(found))


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Put the values in; a variable without a value takes its fallback, or is named as missing."""
    missing: dict[str, None] = {}

    def value_of(match: re.Match[str]) -> str:
        value = clean(values.get(match[1], "")) or match[2]
        if value is None:
            missing[match[1]] = None
            return match[0]
        return value

    filled = _VARIABLE.sub(value_of, text)
    left = () if missing else leftovers(filled)
    return Filled(filled, tuple(missing), left)


def clean(value: str) -> str:
    """Return a value as one line of bounded length: it cannot add lines or headers to a message."""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())[:MAX_VALUE]


def person_values(name: str | None, role: str | None, domain: str) -> dict[str, str]:
    """Return what the house knows of a reader; what is not known is left out."""
    # A title is no name: “Dr. Ann Lee” is Ann.
    firstname = next((word for word in (name or "").split() if not word.endswith(".")), None)
    known = {"name": name, "firstname": firstname, "role": role, "domain": domain}
    return {key: value for key, value in known.items() if value}


def asked_for(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the variables of these texts that people must give, for the house does not know them."""
    own = {known.name for known in KNOWN}
    named = dict.fromkeys(name for text in texts for name in variables(text))
    return tuple(name for name in named if name not in own)
