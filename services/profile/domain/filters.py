"""Which links of a site are meant: the filters of lists and of actions on many links; pure."""

from dataclasses import dataclass
from datetime import datetime

from shared.vocabulary import (
    Action,
    AnchorKind,
    Band,
    ContractState,
    LinkKind,
    LinkStatus,
    Position,
    Reason,
)

SORTS = {
    "status": "status",
    "referring_domain": "referring_domain",
    "toxicity": "toxicity_score",
    "authority": "authority",
    "value": "value",
    "first_seen_at": "first_seen_at",
    "last_checked_at": "last_checked_at",
    "changed_at": "changed_at",
    "lost_at": "lost_at",
}
"""The closed list of sort keys, and the column of each; metrics of other tools come on top."""


@dataclass(frozen=True, slots=True)
class LinkFilter:
    """Conditions that must all hold; within one field any of the values will do."""

    status: tuple[LinkStatus, ...] = ()
    reason: tuple[Reason, ...] = ()
    kind: tuple[LinkKind, ...] = ()
    anchor_kind: tuple[AnchorKind, ...] = ()
    position: tuple[Position, ...] = ()
    contract_state: tuple[ContractState, ...] = ()
    toxicity_band: tuple[Band, ...] = ()
    followed: bool | None = None
    indexable: bool | None = None
    counts: bool | None = None
    referring_domain: tuple[str, ...] = ()
    target_url: str | None = None
    q: str | None = None
    source: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    owner: str | None = None
    toxicity_min: int | None = None
    toxicity_max: int | None = None
    authority_min: float | None = None
    first_seen_from: datetime | None = None
    lost_from: datetime | None = None
    changed_from: datetime | None = None
    snoozed: bool | None = None
    ip: tuple[str, ...] = ()
    ip_block: tuple[str, ...] = ()
    lang: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    platform: tuple[str, ...] = ()
    gained_from: datetime | None = None
    gained_to: datetime | None = None
    toxicity_action: tuple[Action, ...] = ()
    rel: tuple[str, ...] = ()
    anchor: str | None = None
    confirming: bool | None = None
    verified: bool | None = None
    last_seen_before: datetime | None = None

    @property
    def asks_for_new(self) -> bool:
        """Whether it means links by when they came: of the latest nobody may know yet."""
        return any((self.first_seen_from, self.gained_from, self.gained_to))


METRICS = (
    *("ahrefs_dr", "ahrefs_ur", "ahrefs_domain_traffic", "ahrefs_page_traffic"),
    *("semrush_as", "semrush_domain_as", "semrush_toxicity"),
    *("majestic_tf", "majestic_cf", "moz_da", "moz_pa", "moz_spam"),
    *("ubersuggest_ds", "ubersuggest_ps", "dataforseo_rank", "dataforseo_spam"),
)
"""The metrics of other tools that lists may be sorted by; each keeps the name of who made it."""
