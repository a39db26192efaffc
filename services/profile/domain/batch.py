"""What a batch of looks makes of a batch of links; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.profile.domain.lifecycle import Change
from services.profile.domain.link import (
    Link,
    Sight,
    Step,
    found_sight,
    is_unchanged,
    moved_sight,
    page_reasons,
    see,
    sight_of,
    sitewide_sight,
)
from services.profile.domain.targets import assign, untracked
from shared.events import LinkChecked, Occurrence
from shared.ids import new_id
from shared.vocabulary import Outcome

Page = tuple[UUID, UUID]
"""A site and a page that may link to it."""
Tracked = dict[Page, dict[UUID, UUID]]
"""For each page: which target has which link."""


@dataclass(slots=True)
class Batch:
    """The work that a batch of looks leaves: what to save, to add and to tell."""

    links: dict[UUID, Link]
    tracked: Tracked = field(default_factory=dict)
    sitewide: set[UUID] = field(default_factory=set)
    """The links of contracts that stand on many pages of their domain."""
    seen: list[tuple[Link, Sight]] = field(default_factory=list)
    changes: list[tuple[Step, Change]] = field(default_factory=list)
    shown: list[tuple[Link, Sight]] = field(default_factory=list)
    added: list[tuple[Link, Sight]] = field(default_factory=list)
    merged: dict[UUID, UUID] = field(default_factory=dict)
    retargeted: set[UUID] = field(default_factory=set)
    adopted: set[UUID] = field(default_factory=set)
    """The links that nobody tracked before these looks found them."""
    _first: dict[UUID, Link] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._first = dict(self.links)

    def include(self, link: Link) -> None:
        """Let a row that was just inserted belong to the batch."""
        self.links[link.link_id] = self._first[link.link_id] = link
        self.adopted.add(link.link_id)

    def outcome(self) -> tuple[list[Link], list[Link]]:
        """Return the links of which only times and numbers moved, and those that became different."""
        touched: list[Link] = []
        saved: list[Link] = []
        for link in self._moved():
            same = is_unchanged(self._first[link.link_id], link)
            (touched if same else saved).append(link)
        return touched, saved

    def _moved(self) -> Iterable[Link]:
        return (link for key, link in self.links.items() if link is not self._first[key])

    def first_seen_live(self) -> list[Link]:
        """Return the links that are present for the first time and under no contract yet."""
        return [
            link
            for link in self._moved()
            if link.state.ever_live
            and not self._first[link.link_id].state.ever_live
            and link.state.terms is None
        ]


def needs_counting(links: dict[UUID, Link]) -> set[UUID]:
    """Return the links of which many on a domain would not be what was agreed."""
    return {link.link_id for link in links.values() if link.state.terms is not None}


def needs_tracked(links: dict[UUID, Link], events: Sequence[LinkChecked]) -> set[Page]:
    """Return the pages whose other links must be known before these looks can be read."""
    pages = set()
    for event in events:
        link = links.get(event.link_id)
        if link is not None and _needs_targets(link, event):
            pages.add((link.site_id, link.page_key))
    return pages


def _needs_targets(link: Link, event: LinkChecked) -> bool:
    if link.target_key is None:
        return event.observation.outcome is Outcome.FOUND
    return event.observation.outcome is Outcome.MISSING and bool(event.targets)


def apply_checks(batch: Batch, events: Sequence[LinkChecked]) -> Batch:
    """Take every look into account, in the order of the events."""
    for event in events:
        link = batch.links.get(event.link_id)
        if link is None or link.link_id in batch.merged:
            continue  # deleted or merged meanwhile
        if _needs_targets(link, event):
            _apply_targets(batch, link, event)
        else:
            terms = link.state.terms
            agreed = terms.anchor_text if terms is not None else None
            apply_sight(batch, link, sight_of(event, link.target_key, agreed=agreed))
    return batch


def apply_sight(batch: Batch, link: Link, sight: Sight, *, appeared: bool = False) -> None:
    """Take one look at one link into account."""
    if link.link_id in batch.sitewide:
        sight = sitewide_sight(sight)
    step = see(link, sight, appeared=appeared)
    after = step.after
    batch.links[link.link_id] = after
    batch.seen.append((after, sight))
    if step.change is not None:
        batch.changes.append((step, step.change))
    if after.seen_print != step.before.seen_print:
        batch.shown.append((after, sight))


def _apply_targets(batch: Batch, link: Link, event: LinkChecked) -> None:
    tracked = batch.tracked.setdefault((link.site_id, link.page_key), {})
    if link.target_key is None:
        _assign_target(batch, link, event, tracked)
        return
    fresh = untracked(event.targets, tracked)
    if fresh and (link.state.ever_live or link.state.terms is not None):
        # Points elsewhere now (seams.md 8); no other row of this batch may take the same target.
        tracked[fresh[0].target_key] = link.link_id
        apply_sight(batch, link, moved_sight(event, fresh[0]))
        fresh = fresh[1:]
    else:
        apply_sight(batch, link, sight_of(event, link.target_key))
    for target in fresh:
        _add_link(batch, link, event, target)


def _assign_target(batch: Batch, link: Link, event: LinkChecked, tracked: dict[UUID, UUID]) -> None:
    targets = event.targets or event.observation.occurrences
    assignment = assign(targets, tracked)
    if assignment.merge_into is not None:
        batch.merged[link.link_id] = assignment.merge_into
        return
    if assignment.take is None:
        apply_sight(batch, link, sight_of(event, None))
        return
    take = assignment.take
    link = replace(
        link,
        target_url=take.target_url,
        target_key=take.target_key,
        tracked_seq=link.tracked_seq + 1,
    )
    tracked[take.target_key] = link.link_id
    batch.retargeted.add(link.link_id)
    same = tuple(o for o in targets if o.target_key == take.target_key)
    sight = replace(found_sight(event.observation, same), next_check_at=event.next_check_at)
    apply_sight(batch, link, sight)
    for target in assignment.add:
        _add_link(batch, link, event, target)


def _add_link(batch: Batch, beside: Link, event: LinkChecked, target: Occurrence) -> None:
    """Note another link of the same page to the same site; nobody can say that it is new."""
    added = Link(
        link_id=new_id(),
        workspace_id=beside.workspace_id,
        site_id=beside.site_id,
        referring_url=beside.referring_url,
        referring_domain=beside.referring_domain,
        page_key=beside.page_key,
        target_url=target.target_url,
        target_key=target.target_key,
        known_since=event.observation.checked_at,
    )
    batch.tracked[beside.site_id, beside.page_key][target.target_key] = added.link_id
    same = tuple(o for o in event.targets if o.target_key == target.target_key)
    seen = {"outcome": Outcome.FOUND, "reasons": page_reasons(event.observation)}
    observation = event.observation.model_copy(update=seen)
    batch.added.append((added, found_sight(observation, same)))
