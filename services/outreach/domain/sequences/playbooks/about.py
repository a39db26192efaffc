"""What each playbook is for, and what has to be known of every prospect to use it."""

from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    GUEST_POST = "guest_post"
    DIGITAL_PR = "digital_pr"
    BROKEN_LINK = "broken_link"
    RESOURCE_PAGE = "resource_page"
    UNLINKED_MENTION = "unlinked_mention"
    RECLAIM = "reclaim"

    @property
    def method(self) -> str:
        """Return the word under which placements name it."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """When a playbook fits, and the variables that people give, each with what it stands for."""

    label: str
    sentence: str
    needs: dict[str, str]


_PAGE = "The address of their page."
_OURS = "The address of your page."

ABOUT: dict[Way, About] = {
    Way.GUEST_POST: About(
        label="Guest post",
        sentence="For sites that say they take texts from others and that your readers read, too.",
        needs={
            "topic": "What the text would be about, in a few words.",
            "reason": "Why it fits their readers: one whole sentence.",
        },
    ),
    Way.DIGITAL_PR: About(
        label="Digital PR",
        sentence="For journalists and editors, when you have figures of your own that are news.",
        needs={
            "finding": "What the figures show: one whole sentence.",
            "subject": "The subject in two or three words.",
            "data": "Where the figures and the method can be read.",
        },
    ),
    Way.BROKEN_LINK: About(
        label="Broken link",
        sentence="For pages that link to something that is gone, where you have what would replace it.",
        needs={
            "page": _PAGE,
            "broken": "The address on it that no longer works.",
            "anchor": "The words of that link, in quotation marks; may be left out.",
            "ours": _OURS,
            "offer": "What your page is, in a few words, such as: a guide to pruning roses.",
        },
    ),
    Way.RESOURCE_PAGE: About(
        label="Resource page",
        sentence="For pages that collect links on a subject on which you have something good.",
        needs={
            "page": _PAGE,
            "ours": _OURS,
            "offer": "What your page is, in a few words, such as: a free list of native plants.",
            "reason": "What it adds to theirs: one whole sentence.",
        },
    ),
    Way.UNLINKED_MENTION: About(
        label="Unlinked mention",
        sentence="For pages that name you without a link.",
        needs={"page": _PAGE, "ours": _OURS},
    ),
    Way.RECLAIM: About(
        label="Win back a lost link",
        sentence="For pages that linked to you until lately and are still there.",
        needs={"page": _PAGE, "ours": "The page of yours that the link led to."},
    ),
}
