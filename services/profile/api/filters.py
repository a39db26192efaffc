"""The query parameters that say which links are meant; the same for lists and bulk actions."""

from dataclasses import dataclass
from ipaddress import ip_network
from typing import Annotated

from fastapi import Depends, Query

from services.profile.domain.filters import METRICS, SORTS, LinkFilter
from services.profile.store.listing import Sort
from shared import hostnames, queries
from shared.dependencies import at_once
from shared.errors import FieldError, InvalidError
from shared.inputs import Since
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
    toxicity_action: Text = None


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
    rel: Annotated[
        str | None, Query(max_length=200, description="Tokens such as nofollow, sponsored, ugc.")
    ] = None
    anchor: Annotated[
        str | None, Query(max_length=600, description="The whole anchor, in any case.")
    ] = None
    verified: Annotated[bool | None, Query(description="We saw it ourselves once.")] = None
    confirming: Annotated[
        bool | None, Query(description="Missed once; a second look will decide.")
    ] = None


@dataclass(frozen=True, slots=True)
class _Sources:
    """The parameters about the referring page's place; `unknown` asks for those without one."""

    ip: Annotated[str | None, Query(max_length=2048, description="Addresses.")] = None
    ip_block: Annotated[
        str | None, Query(max_length=2048, description="Blocks of addresses: `192.0.2.0/24`.")
    ] = None
    lang: Text = None
    country: Text = None
    platform: Text = None


@dataclass(frozen=True, slots=True)
class _Limits:
    """The parameters that give a lower or upper limit."""

    toxicity_min: Annotated[int | None, Query(ge=0, le=100)] = None
    toxicity_max: Annotated[int | None, Query(ge=0, le=100)] = None
    authority_min: Annotated[float | None, Query(ge=0, le=100)] = None
    first_seen_from: Since | None = None
    lost_from: Since | None = None
    changed_from: Since | None = None
    gained_from: Since | None = None
    gained_to: Annotated[Since | None, Query(description="Before this moment.")] = None
    last_seen_before: Since | None = None


async def get_filter(
    words: Annotated[_Words, Depends(at_once(_Words))],
    facts: Annotated[_Facts, Depends(at_once(_Facts))],
    limits: Annotated[_Limits, Depends(at_once(_Limits))],
    sources: Annotated[_Sources, Depends(at_once(_Sources))],
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
        toxicity_action=queries.choices("toxicity_action", words.toxicity_action, Action),
        followed=facts.followed,
        indexable=facts.indexable,
        counts=facts.counts,
        referring_domain=_domains(facts.referring_domain),
        target_url=facts.target_url,
        q=facts.q,
        source=queries.split("source", facts.source),
        tag=queries.split("tag", facts.tag),
        owner=facts.owner,
        snoozed=facts.snoozed,
        rel=queries.split("rel", facts.rel),
        anchor=facts.anchor,
        confirming=facts.confirming,
        verified=facts.verified,
        toxicity_min=limits.toxicity_min,
        toxicity_max=limits.toxicity_max,
        authority_min=limits.authority_min,
        first_seen_from=limits.first_seen_from,
        lost_from=limits.lost_from,
        changed_from=limits.changed_from,
        gained_from=limits.gained_from,
        gained_to=limits.gained_to,
        last_seen_before=limits.last_seen_before,
        ip=_blocks("ip", sources.ip),
        ip_block=_blocks("ip_block", sources.ip_block),
        lang=queries.split("lang", sources.lang),
        country=queries.split("country", sources.country),
        platform=queries.split("platform", sources.platform),
    )


def _domains(value: str | None) -> tuple[str, ...]:
    """Read domains in either spelling."""
    given = queries.split("referring_domain", value)
    return tuple(dict.fromkeys(hostnames.ascii_form(one.lower()) for one in given))


def _blocks(name: str, value: str | None) -> tuple[str, ...]:
    """Read addresses or blocks of them."""
    try:
        return tuple(str(ip_network(one, strict=False)) for one in queries.split(name, value))
    except ValueError as error:
        detail = f"{name} takes addresses such as 192.0.2.7, or blocks such as 192.0.2.0/24."
        raise InvalidError(
            detail, [FieldError(f"/query/{name}", "not-an-address", detail)]
        ) from error


FilterDep = Annotated[LinkFilter, Depends(get_filter)]


async def get_sort(
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
