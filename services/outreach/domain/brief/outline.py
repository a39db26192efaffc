"""The outline of a text: headings with one line of purpose each, chosen by what the brief is about; pure."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple


class Section(NamedTuple):
    """A heading of the second or third level, and what stands below it."""

    level: int
    heading: str
    purpose: str


_OPENINGS = (
    (
        "What readers ask about {topic}",
        "Name the question that brings them here. No link to us yet.",
    ),
    ("Why {topic} matters", "One case from the life of the readers. No link to us yet."),
    (
        "{topic}: where most people begin",
        "The usual first step, and what goes wrong. No link to us yet.",
    ),
)
_GROUNDS = (
    ("What to know first", "The terms and figures a reader needs; each figure with its source."),
    ("How it works", "Step by step, in plain words; each claim with its source."),
    ("What to look at before deciding", "Three to five points, none of them about us."),
)
_CARRIERS = (
    ("A closer look", "The point that our page goes further into: the link stands here."),
    (
        "An example",
        "One worked example; our page is named as the place to read on: the link stands here.",
    ),
    (
        "Where to go deeper",
        "What this text has no room for; the link stands here, beside another source.",
    ),
)
_CLOSINGS = (
    ("What to do next", "Two or three steps that readers can take today. No link to us."),
    ("In short", "The answer to the opening question in three sentences. No link to us."),
)
_NO_ARTICLE = frozenset({"niche edit", "link insertion", "resource page", "broken link", "mention"})
ADDED = (
    Section(2, "The paragraph to add", "Two to four sentences that stand on their own; the link stands in one of them."),
    Section(2, "Where it goes", "After the paragraph that raises the question our page answers; not the first one."),
)  # fmt: skip


def outline_of(topic: str, method: str | None, *, seed: Sequence[str | None]) -> list[Section]:
    """Return the outline for a topic; the same brief always gets the same one, others vary.

    A link that goes into a text that stands already needs a paragraph and no article.
    """
    if method in _NO_ARTICLE:
        return list(ADDED)
    draw = hashlib.sha256("\n".join(part or "" for part in seed).encode()).digest()
    parts = (_OPENINGS, _GROUNDS, _CARRIERS, _CLOSINGS)
    chosen = [variants[byte % len(variants)] for variants, byte in zip(parts, draw, strict=False)]
    subject = topic[:1].upper() + topic[1:]
    return [
        Section(2, heading.format(topic=subject if heading.startswith("{") else topic), purpose)
        for heading, purpose in chosen
    ]
