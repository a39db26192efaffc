"""One link on one small site: how it looks at first, what becomes of it, and what we must say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.vocabulary import Reason
from tests.web import Behaviour

SHOP = "shop.example"
TARGET = f"http://{SHOP}/ropes"
TEXT = "<p>Of boats, ropes and how to mend them in the winter, when nobody sails.</p>" * 6
LINK = f'<a href="{TARGET}">the Shop</a>'


def article(body: str = f"<p>All from {LINK}.</p>", head: str = "<title>Ropes</title>") -> str:
    """Return an ordinary page with this in its text."""
    return f"<!doctype html><html lang=en><head>{head}</head><body><article>{TEXT}{body}</article>"


LINKED = article()
BARE = article("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A link that is looked at three times: once as it is `at_first`, twice as it is `then`.

    `says` are all reasons that the link has in the end. A case that is about a reason and does not
    say it is its counter-case.
    """

    name: str
    about: Reason
    status: str
    says: frozenset[Reason]
    at_first: Behaviour | str = LINKED
    then: Behaviour | str | None = None
    also: Mapping[str, Behaviour | str] = field(default_factory=dict)
    """What else is on the web, by URL; a path is one of the page's host."""
    later: Mapping[str, Behaviour | str] = field(default_factory=dict)
    """What of that becomes different after the first look."""
    path: str = "/post"
    target: str = TARGET
    terms: Mapping[str, Any] | None = None
    """What was agreed about the link."""
    contract: str | None = None
    """Whether it is as agreed, in the end."""
    beside: int = 0
    """How many more pages of the host link to the target."""
    is_target: bool = False
    """The words and the status are those of the target's health."""

    @property
    def host(self) -> str:
        return f"{self.name.replace('_', '-')}.example"

    @property
    def url(self) -> str:
        return f"http://{self.host}{self.path}"

    @property
    def is_counter(self) -> bool:
        return self.about not in self.says


def case(name: str, about: Reason, status: str, *says: Reason, **given: Any) -> Case:
    """Return a case; the name is the reason's code, or starts with `not_`."""
    return Case(name=name, about=about, status=status, says=frozenset(says), **given)
