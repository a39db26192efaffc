"""What two pieces of evidence of one link say differently, in names for programs and words for people."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.crawler.domain.evidence.draft import Capture
from shared import words
from shared.vocabulary import LinkKind, Outcome, Position, Reason

Statement = Mapping[str, Any]

FACET_WORDS = {
    "first_look": "First look",
    "outcome": "Verdict",
    "reasons": "Reasons",
    "links": "The link on the page",
    "directives": "Indexing and following",
    "address": "Address of the page",
}
_OF_PAGE = {
    "outcome": "Verdict",
    "reasons": "Reasons",
    "http_status": "HTTP status",
    "final_url": "Final address",
    "redirects": "Redirects",
    "indexable": "May be indexed",
    "page_followed": "Page lets links be followed",
    "canonical": "Canonical",
    "meta_robots": "Robots meta",
    "x_robots_tag": "X-Robots-Tag",
    "title": "Title",
}
_OF_LINK = {
    "target_url": "Target",
    "anchor_text": "Anchor",
    "rel": "rel",
    "kind": "Kind",
    "position": "Place on the page",
    "hidden": "Hidden",
    "image_alt": "Image text",
}
_NOTHING = "nothing"
_GONE_OR_NEW = ("target_url", "anchor_text", "rel")
"""What is told of a link that is there on one side only: of nothing there is nothing more to say."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact before and after, as it is and in words."""

    name: str
    label: str
    before: Any
    after: Any
    before_text: str
    after_text: str


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict in plain words."""

    label: str
    sentence: str


def said(outcome: str, reasons: Iterable[str]) -> Said:
    """Return what an outcome with its reasons means."""
    spoken = words.outcome(Outcome(outcome))
    parts = [spoken.sentence, *(words.reason(Reason(one)).sentence for one in reasons)]
    return Said(spoken.label, " ".join(dict.fromkeys(parts[: words.MAX_REASONS + 1])))


def place_of(statement: Statement | None) -> Mapping[str, Any] | None:
    """Return the first place of the link on its page, if it was there."""
    if statement is None or not statement["observation"]["occurrences"]:
        return None
    place: Mapping[str, Any] = statement["observation"]["occurrences"][0]
    return place


def differences(before: Statement | None, after: Statement) -> list[Difference]:
    """Return the facts that are different; without a before, all of the after that there are."""
    old, new = _facts(before), _facts(after)
    of_link = _OF_LINK
    if (place_of(before) is None) != (place_of(after) is None):
        of_link = {name: _OF_LINK[name] for name in _GONE_OR_NEW}
    return [
        Difference(name, label, old.get(name), new.get(name), shown(name, old.get(name)),
                   shown(name, new.get(name)))
        for name, label in (_OF_PAGE | of_link).items()
        if (old.get(name) or None) != (new.get(name) or None)
    ]  # fmt: skip


def headers_of(captures: Sequence[Capture]) -> list[tuple[str, str]]:
    """Return the header fields of the last answer."""
    if not captures:
        return []
    lines = captures[-1].response.decode("utf-8", "replace").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines if line)
    return [(name, value.strip()) for name, _, value in pairs]


def header_differences(
    before: Sequence[Capture], after: Sequence[Capture]
) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield the header fields whose values are different, each with both."""
    old, new = _joined(before), _joined(after)
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield name, old.get(name), new.get(name)


def shown(name: str, value: Any) -> str:
    """Return a fact in words."""
    if value is None or value in ("", []):
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    match name:
        case "outcome":
            return words.outcome(Outcome(value)).label
        case "reasons":
            return words.reasons(Reason(one) for one in value)
        case "kind":
            return words.link_kind(LinkKind(value)).label
        case "position":
            return words.position(Position(value)).label
        case _:
            return ", ".join(value) if isinstance(value, list) else str(value)


def _facts(statement: Statement | None) -> dict[str, Any]:
    if statement is None:
        return {}
    observation = statement["observation"]
    facts = {name: observation[name] for name in _OF_PAGE if name != "redirects"}
    facts["redirects"] = [hop["url"] for hop in observation["redirects"]]
    place = place_of(statement)
    return facts | ({name: place[name] for name in _OF_LINK} if place is not None else {})


def _joined(captures: Sequence[Capture]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for name, value in headers_of(captures):
        found.setdefault(name.lower(), []).append(value)
    return {name: ", ".join(values) for name, values in found.items()}
