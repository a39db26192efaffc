# ruff: noqa: SIM905 - a block of words can be read and compared, quoted ones cannot
"""What is known of each domain that it could share with others, and how much sharing it would say."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from services.toxicity.domain.guard import common_hold
from services.toxicity.domain.networks.suppliers import is_for_everybody, subnet_of

MAX_VALUES = 500
"""Most values of one kind that are kept of a domain."""


class Kind(StrEnum):
    """One kind of thing that domains can share."""

    TRACKER = "tracker_id"
    OUTLINKS = "outlinks"
    TEXT = "text"
    REGISTRATION = "registration"
    TEMPLATE = "template"
    SUBNET = "subnet"
    NAME_SERVERS = "name_servers"


class Group(StrEnum):
    """Kinds that come together count together: whoever shares a host shares its name servers too."""

    IDS = "ids"
    LINKS = "links"
    TEXT = "text"
    REGISTRATION = "registration"
    BUILD = "build"
    HOSTING = "hosting"


GROUPS: Mapping[Kind, Group] = {
    Kind.TRACKER: Group.IDS,
    Kind.OUTLINKS: Group.LINKS,
    Kind.TEXT: Group.TEXT,
    Kind.REGISTRATION: Group.REGISTRATION,
    Kind.TEMPLATE: Group.BUILD,
    Kind.SUBNET: Group.HOSTING,
    Kind.NAME_SERVERS: Group.HOSTING,
}

OF_THE_OWNER = frozenset({Group.IDS, Group.LINKS, Group.TEXT, Group.REGISTRATION})
"""What an owner chooses. Host and theme are bought: customers of one host are strangers."""

_WORLD_BITS: Mapping[Kind, int] = {
    Kind.TRACKER: 24,
    Kind.OUTLINKS: 12,
    Kind.TEXT: 18,
    Kind.REGISTRATION: 12,
    Kind.TEMPLATE: 13,
    Kind.SUBNET: 14,
    Kind.NAME_SERVERS: 12,
}
"""About how many values of a kind (as a power of two) there are in the world, before one has looked:
a big network among few domains must not make its own marks look common."""

CAPS: Mapping[Group, float] = {
    Group.IDS: 24.0,
    Group.LINKS: 16.0,
    Group.TEXT: 7.0,
    Group.REGISTRATION: 7.0,
    Group.BUILD: 10.0,
    Group.HOSTING: 10.0,
}
"""The most bits that a group may add, because what it is made of is not independent."""


@dataclass(slots=True)
class Marks:
    """What one domain shows, from all of its pages that were read."""

    domain: str
    values: dict[Kind, set[str]] = field(default_factory=dict)

    def add(self, kind: Kind, values: Iterable[str]) -> None:
        kept = self.values.setdefault(kind, set())
        for value in values:
            if len(kept) >= MAX_VALUES:
                return
            kept.add(value)

    def of(self, kind: Kind) -> set[str]:
        return self.values.get(kind, _NOTHING)


_NOTHING: set[str] = set()

# Themes, widgets and licences that set links for their users.
_SET_BY_SOFTWARE = frozenset(
    """
    addthis.com addtoany.com automattic.com cookiebot.com creativecommons.org elementor.com gmpg.org
    google-analytics.com iubenda.com joomla.org matomo.org onetrust.com recaptcha.net schema.org
    sharethis.com themeforest.net w.org
    """.split()
)


def add_page(marks: Marks, facts: Mapping[str, Any], *, own: frozenset[str]) -> None:
    """Take over what the facts of one page show; what was not observed adds nothing."""
    marks.add(Kind.TRACKER, facts.get("tracker_ids") or ())
    outlinks = facts.get("outlink_domains") or ()
    marks.add(Kind.OUTLINKS, (name for name in outlinks if _is_telling(name, marks.domain, own)))
    marks.add(Kind.TEMPLATE, _one(facts.get("template_fingerprint")))
    marks.add(Kind.TEXT, _one(facts.get("text_fingerprint")))
    subnet = subnet_of(facts["ip"]) if facts.get("ip") else None
    marks.add(Kind.SUBNET, _one(subnet))
    servers = sorted(facts.get("name_servers") or ())
    if servers and not any(map(is_for_everybody, servers)):
        marks.add(Kind.NAME_SERVERS, (" ".join(servers),))


def _one(value: str | None) -> Sequence[str]:
    return (value,) if value else ()


def _is_telling(name: str, domain: str, own: frozenset[str]) -> bool:
    """Everybody links to platforms and public bodies, and all these domains link to the site itself."""
    if name == domain or name in own or name in _SET_BY_SOFTWARE:
        return False
    return common_hold(name) is None


def bits_of(kind: Kind, *, holders: int, domains: int) -> float:
    """Return what it says that two domains share a value: -log2 of how likely it is by chance."""
    return -math.log2(max(holders, 2) / (domains + 2 ** _WORLD_BITS[kind]))
