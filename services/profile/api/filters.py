"""The query parameters that say which links are meant; the same for lists and bulk actions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query

from services.profile.domain.filters import METRICS, SORTS, LinkFilter
from services.profile.store.listing import Sort
from shared import queries
from shared.vocabulary import (
    AnchorKind,
    Band,
    ContractState,
    LinkKind,
    LinkStatus,
    Position,
    Reason,
)

Text = Annotated[str | None, Query(max_length=2048)]


@dataclass(frozen=True, slots=True)
class _Words:
    """The parameters that take values of a vocabulary, comma = or."""

    status: Text = None
    reason: Text = None
    kind: Text = None
    anchor_kind: Text = None
    position: Text = None
    contract_state: Text = None
    toxicity_band: Text = None


@dataclass(frozen=True, slots=True)
class _Facts:
    """The parameters that compare with facts."""

    followed: bool | None = None
    indexable: bool | None = None
    counts: Annotated[bool | None, Query(description="Counts for SEO.")] = None
    referring_domain: Text = None
    target_url: Text = None
    q: Annotated[
        str | None, Query(max_length=200, description="Text in a URL or in the anchor.")
    ] = None
    source: Text = None
    tag: Text = None
    owner: Text = None
    snoozed: bool | None = None


@dataclass(frozen=True, slots=True)
class _Limits:
    """The parameters that give a lower or upper limit."""

    toxicity_min: Annotated[int | None, Query(ge=0, le=100)] = None
    toxicity_max: Annotated[int | None, Query(ge=0, le=100)] = None
    authority_min: Annotated[float | None, Query(ge=0, le=100)] = None
    first_seen_from: datetime | None = None
    lost_from: datetime | None = None
    changed_from: datetime | None = None


def get_filter(
    words: Annotated[_Words, Depends()],
    facts: Annotated[_Facts, Depends()],
    limits: Annotated[_Limits, Depends()],
) -> LinkFilter:
    """Read a filter; a value that no vocabulary knows is refused with the list."""
    return LinkFilter(
        status=queries.choices("status", words.status, LinkStatus),
        reason=queries.choices("reason", words.reason, Reason),
        kind=queries.choices("kind", words.kind, LinkKind),
        anchor_kind=queries.choices("anchor_kind", words.anchor_kind, AnchorKind),
        position=queries.choices("position", words.position, Position),
        contract_state=queries.choices("contract_state", words.contract_state, ContractState),
        toxicity_band=queries.choices("toxicity_band", words.toxicity_band, Band),
        followed=facts.followed,
        indexable=facts.indexable,
        counts=facts.counts,
        referring_domain=queries.split("referring_domain", facts.referring_domain),
        target_url=facts.target_url,
        q=facts.q,
        source=queries.split("source", facts.source),
        tag=queries.split("tag", facts.tag),
        owner=facts.owner,
        snoozed=facts.snoozed,
        toxicity_min=limits.toxicity_min,
        toxicity_max=limits.toxicity_max,
        authority_min=limits.authority_min,
        first_seen_from=limits.first_seen_from,
        lost_from=limits.lost_from,
        changed_from=limits.changed_from,
    )


FilterDep = Annotated[LinkFilter, Depends(get_filter)]


def get_sort(
    sort: Annotated[
        str,
        Query(
            max_length=64,
            description="A column, `-` before it for the largest first: "
            + ", ".join((*SORTS, *METRICS)),
        ),
    ] = "-first_seen_at",
) -> Sort:
    """Read the sort key; one that is not on the closed list is refused with the list."""
    name, descending = queries.sort(sort, (*SORTS, *METRICS))
    return Sort(SORTS.get(name, name), descending, metric=name in METRICS)


SortDep = Annotated[Sort, Depends(get_sort)]
