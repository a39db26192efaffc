"""Ways to a link that lie open on pages of others: their kinds, their states, and the words for both."""

from collections.abc import Mapping
from enum import StrEnum

from shared.reason_words import NOTHING_TO_DO, Words


class OpportunityKind(StrEnum):
    BROKEN_LINK = "broken_link"
    UNLINKED_MENTION = "unlinked_mention"
    RESOURCE_PAGE = "resource_page"


class OpportunityState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    OVER = "over"


class OutlinkState(StrEnum):
    """What is known of a link from a page of others to another domain."""

    DEAD = "dead"
    ANSWERS = "answers"
    REMOVED = "removed"
    UNSURE = "unsure"


KINDS: Mapping[str, Words] = {
    "broken_link": Words(
        "Dead link",
        "Pages of others link to an address that is gone; you may have what would replace it.",
        "Accept it if a page of yours fits, then write to them.",
    ),
    "unlinked_mention": Words(
        "Mention without a link",
        "A page names you and does not link to you.",
        "Accept it to ask for the link.",
    ),
    "resource_page": Words(
        "Resource page",
        "A page collects links on a subject of yours.",
        "Accept it if you have something that its readers would want.",
    ),
}
STATES: Mapping[str, Words] = {
    "open": Words("Open", "Nobody decided about it yet.", "Accept or dismiss it."),
    "accepted": Words("Accepted", "Its domains are prospects.", "Write to them by a sequence."),
    "dismissed": Words("Dismissed", "Your team does not want it.", "It can be taken back."),
    "over": Words(
        "Over",
        "It is no longer so: the link works again, is gone from the page, or leads to you.",
        NOTHING_TO_DO,
    ),
}
OUTLINKS: Mapping[str, Words] = {
    "dead": Words(
        "Dead at two looks",
        "Two looks, at least an hour apart, found that the address is gone.",
        "It is looked at once more before a letter goes out.",
    ),
    "answers": Words("Works again", "The address answers.", "There is nothing to replace."),
    "removed": Words(
        "Gone from the page", "The page no longer has the link.", "There is nothing to replace."
    ),
    "unsure": Words(
        "Couldn't look",
        "The last look saw nothing: a wall, an error of the server, a time-out.",
        "It is looked at again; nothing is said until then.",
    ),
}
