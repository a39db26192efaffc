"""What a person writes into a report: a summary, and a comment for each section; pure."""

from collections.abc import Mapping
from typing import TypedDict

from shared.report_words import Section

MOST_SUMMARY = 4_000
MOST_COMMENT = 2_000


class Texts(TypedDict):
    """The writer's sentences, as plain text."""

    summary: str
    comments: dict[str, str]


EMPTY: Texts = {"summary": "", "comments": {}}


def texts_of(stored: Mapping[str, object]) -> Texts:
    """Return the sentences of a stored report, whichever of them there are."""
    summary, comments = stored.get("summary"), stored.get("comments")
    return {
        "summary": summary if isinstance(summary, str) else "",
        "comments": {one.value: comments[one] for one in Section if comments.get(one)}
        if isinstance(comments, dict)
        else {},
    }


def written(before: Texts, summary: str | None, comments: Mapping[Section, str] | None) -> Texts:
    """Return the sentences with what was given put in; an empty comment is taken out."""
    merged = dict(before["comments"]) | {
        section.value: text.strip() for section, text in (comments or {}).items()
    }
    return {
        "summary": before["summary"] if summary is None else summary.strip(),
        "comments": {section: text for section, text in merged.items() if text},
    }
