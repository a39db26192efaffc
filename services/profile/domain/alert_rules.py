"""Rules: what somebody wants to be told, together with what, and the sentence that reads a rule back; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.profile.domain.alerts import KINDS, OF_LINKS, AlertKind, Signal
from services.profile.domain.telling import Digest, QuietHours, Timing
from shared import words
from shared.ids import new_id
from shared.vocabulary import AlertSeverity, Reason

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LONGEST_WINDOW = timedelta(days=30)
WORTH_MUCH = 0.5
"""Of the rules that a workspace begins with: links worth half of an ordinary one, or more."""


class GroupBy(StrEnum):
    """What is told together."""

    LINK = "link"
    DOMAIN = "domain"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a workspace wants to be told, how urgently, and when."""

    rule_id: UUID
    workspace_id: UUID
    name: str
    kinds: tuple[AlertKind, ...]
    site_id: UUID | None = None
    """None: all sites of the workspace."""
    reasons: tuple[Reason, ...] = ()
    """Of changed links: only these changes; none: all."""
    least_value: float = 0.0
    least_count: int = 1
    severity: AlertSeverity = AlertSeverity.WARNING
    group_by: GroupBy = GroupBy.DOMAIN
    window: timedelta = timedelta(days=1)
    """So long more of the same goes into the alert that was told already."""
    timing: Timing = field(default_factory=Timing)
    channel_ids: tuple[UUID, ...] = ()
    enabled: bool = True
    version: int = 1

    def wants(self, signal: Signal) -> bool:
        """Say whether the rule is about this."""
        if signal.kind not in self.kinds or self.site_id not in {None, signal.site_id}:
            return False
        if signal.kind in OF_LINKS and signal.value < self.least_value:
            return False
        picks = signal.kind is AlertKind.LINK_CHANGED and self.reasons
        return not picks or not set(self.reasons).isdisjoint(signal.reasons)

    def subject_of(self, signal: Signal) -> str:
        """Return what the signal is told together with, within its kind and site."""
        if signal.kind not in OF_LINKS:
            return f"{signal.kind} {signal.item_id}"
        match self.group_by:
            case GroupBy.LINK:
                return f"{signal.kind} {signal.item_id}"
            case GroupBy.DOMAIN:
                return f"{signal.kind} {signal.name}"
            case GroupBy.SITE:
                return whole_site(signal.kind)


def whole_site(kind: AlertKind) -> str:
    """Return the subject under which everything of one kind on a site is told."""
    return f"{kind} *"


def default_rules(workspace_id: UUID) -> list[Rule]:
    """Return what a workspace is told before anybody sets up a rule: in the console only."""
    given: Sequence[Mapping[str, Any]] = (
        {
            "name": "Valuable links lost",
            "kinds": (AlertKind.LINK_LOST,),
            "least_value": WORTH_MUCH,
            "severity": AlertSeverity.WARNING,
        },
        {
            "name": "Not as agreed",
            "kinds": (AlertKind.CONTRACT_BROKEN,),
            "severity": AlertSeverity.URGENT,
        },
        {
            "name": "Own page broken",
            "kinds": (AlertKind.TARGET_BROKEN,),
            "severity": AlertSeverity.URGENT,
        },
        {
            "name": "Judged worse",
            "kinds": (AlertKind.TOXICITY_WORSE,),
            "severity": AlertSeverity.NOTICE,
        },
        {
            "name": "Links died together",
            "kinds": (AlertKind.PATTERN,),
            "severity": AlertSeverity.WARNING,
        },
        {
            "name": "Payments due",
            "kinds": (AlertKind.PAYMENT_DUE,),
            "severity": AlertSeverity.NOTICE,
        },
    )
    return [Rule(rule_id=new_id(), workspace_id=workspace_id, **values) for values in given]


# ---- reading a rule back -------------------------------------------------------------------------------


def sentence_of(rule: Rule, *, site: str | None) -> str:
    """Return the rule as a person would say it; `site` is the domain of its site, None for all sites."""
    where = f"on {site}" if site else "on any site"
    parts = [f"When {_either([KINDS[kind].when for kind in rule.kinds])} {where}"]
    parts += [f"({said})" for said in [_limits(rule)] if said]
    return f"{' '.join(parts)}, show it in the console at once{_elsewhere(rule)}. {_together(rule)}"


def _limits(rule: Rule) -> str:
    limits = []
    about_links = not OF_LINKS.isdisjoint(rule.kinds)
    if about_links and rule.least_value > 0:
        limits.append(f"of links worth {rule.least_value:g} of an ordinary link or more")
    if rule.reasons and AlertKind.LINK_CHANGED in rule.kinds:
        limits.append(f"of changes only: {words.reasons(rule.reasons)}")
    if about_links and rule.least_count > 1:
        limits.append(f"from {rule.least_count} links on")
    return "; ".join(limits)


def _elsewhere(rule: Rule) -> str:
    """Say who else is told and when; hours that were set for nobody are read back, too."""
    count = len(rule.channel_ids)
    if count:
        return (
            f" and tell {'one channel' if count == 1 else f'{count} channels'} {_when(rule.timing)}"
        )
    if rule.timing.digest is Digest.NONE and rule.timing.quiet is None:
        return ""
    return f"; a channel would be told {_when(rule.timing)}"


def _when(timing: Timing) -> str:
    said = {
        Digest.NONE: "at once",
        Digest.HOURLY: "every full hour, all together",
        Digest.DAILY: f"at {timing.hour}:00 each day, all together",
        Digest.WEEKLY: f"on {_WEEKDAYS[timing.weekday]}s at {timing.hour}:00, all together",
    }[timing.digest]
    quiet = timing.quiet
    if quiet is not None:
        said += f", but not between {_clock(quiet)}"
    by_clock = quiet is not None or timing.digest in {Digest.DAILY, Digest.WEEKLY}
    return f"{said} ({timing.time_zone})" if by_clock else said


def _clock(quiet: QuietHours) -> str:
    return f"{quiet.begin:%H:%M} and {quiet.end:%H:%M}"


def _together(rule: Rule) -> str:
    hours = round(rule.window / timedelta(hours=1))
    once = f"the same is told once in {'an hour' if hours == 1 else f'{hours} hours'}"
    if OF_LINKS.isdisjoint(rule.kinds):
        return f"{once[0].upper()}{once[1:]}."
    one = {
        GroupBy.LINK: "Each link is told by itself",
        GroupBy.DOMAIN: "Links of one domain are told as one",
        GroupBy.SITE: "Links of one site are told as one",
    }[rule.group_by]
    return f"{one}; {once}."


def _either(items: Sequence[str]) -> str:
    *others, last = items
    return f"{', '.join(others)} or {last}" if others else last
