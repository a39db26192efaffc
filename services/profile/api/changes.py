"""What became different: the history of one link, and the feed of a site."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.profile.api.link_models import Row, WordsOut
from services.profile.store import figures, history, listing, sites, worth
from shared import queries, words
from shared.access import Scope
from shared.db import Tx
from shared.dependencies import CallerDep, TxDep
from shared.errors import NotFoundError
from shared.inputs import Since
from shared.pages import Page, PageDep
from shared.vocabulary import Band, ChangeKind, ContractState, LinkStatus, Reason, Role

router = APIRouter(prefix="/v1", tags=["history"])
FEED = (
    *(ChangeKind.NEW, ChangeKind.LOST, ChangeKind.RECOVERED, ChangeKind.CHANGED),
    *(ChangeKind.TOXIC, ChangeKind.CONTRACT),
)
"""The kinds that answer the four questions; first verdicts and failed looks are no news."""


class ChangeOut(BaseModel):
    """One entry of the history, with what it was before and after."""

    id: UUID
    link_id: UUID
    site_id: UUID
    kind: ChangeKind
    from_status: LinkStatus
    to_status: LinkStatus
    reasons: list[Reason]
    previous: dict[str, Any]
    current: dict[str, Any]
    sentence_before: str | None = Field(description="How the link stood in its text before.")
    sentence_after: str | None = Field(description="How it stands after; null where it is gone.")
    domain_links: int | None = Field(
        default=None, description="Of a loss: other pages of the domain that still link to you."
    )
    words: WordsOut
    referring_url: str
    referring_domain: str
    target_url: str | None
    changed_at: datetime
    check_seq: int | None
    evidence_id: UUID | None
    actor: str | None

    @classmethod
    def of(cls, row: Row, beside: Mapping[UUID, int]) -> "ChangeOut":
        made = {"id", "previous", "current", "words", "changed_at", "domain_links"}
        same = set(cls.model_fields) - made
        return cls(
            id=row["change_id"],
            previous=orjson.loads(row["previous"]),
            current=orjson.loads(row["current"]),
            words=_words(row),
            domain_links=beside.get(row["link_id"]) if row["kind"] == ChangeKind.LOST else None,
            changed_at=row["at"],
            **{name: row[name] for name in same},
        )


def _words(row: Row) -> WordsOut:
    kind, current = ChangeKind(row["kind"]), orjson.loads(row["current"])
    said, sentence = words.change(kind), row["sentence"]
    if kind is ChangeKind.CHANGED:
        reasons = [Reason(code) for code in row["reasons"]]
        # Where nothing about the link itself moved, it was held against an agreement that did.
        facts = words.LinkFacts(reasons=reasons, breaches=() if current else reasons)
        said = words.status(LinkStatus(row["to_status"]), facts, now=row["at"])
    elif kind is ChangeKind.TOXIC and current.get("band"):
        said = words.band(Band(current["band"]))
    elif kind is ChangeKind.CONTRACT:
        state, sentence = current.get("contract_state"), None
        said = words.contract(ContractState(state)) if state else said
    return WordsOut(label=said.label, sentence=sentence or said.sentence, todo=said.todo)


def _place(after: tuple[Any, ...] | None) -> tuple[datetime, UUID] | None:
    return None if after is None else (after[0], after[1])


@router.get("/links/{link_id}/changes")
async def list_link_changes(
    link_id: UUID, caller: CallerDep, tx: TxDep, paging: PageDep
) -> Page[ChangeOut]:
    """Return the history of one link, the newest first; it is kept for ever."""
    caller.require_scope(Scope.LINKS_READ)
    row = await listing.find_link(tx, caller.workspace_id, link_id)
    if row is None or not caller.may_see(row["site_id"]):
        raise NotFoundError("There is no such link.")
    rows = await history.list_link_changes(
        tx, row["link_id"], after=_place(paging.after), limit=paging.limit + 1
    )
    beside = await _beside(tx, rows)
    return paging.page(rows, key=_key, item=lambda row: ChangeOut.of(row, beside))


class ChangesOut(Page[ChangeOut]):
    """One page of what became different on a site."""

    new_links_known_until: datetime | None = Field(
        description="Links that came up later than this cannot be known yet, so cannot stand here."
    )


@router.get("/sites/{site_id}/changes")
async def list_site_changes(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    paging: PageDep,
    kind: Annotated[
        str | None, Query(max_length=200, description="new, lost, recovered, changed, toxic ...")
    ] = None,
    since: Annotated[Since | None, Query(alias="from")] = None,
    until: Annotated[Since | None, Query(alias="to", description="Before this moment.")] = None,
) -> ChangesOut:
    """Return what became different on a site, the newest first."""
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.CLIENT)
    await sites.get_site(tx, caller.workspace_id, site_id)
    kinds = queries.choices("kind", kind, ChangeKind) or FEED
    period = (since, until)
    rows = await history.list_site_changes(
        tx,
        site_id,
        kinds=kinds,
        period=period,
        after=_place(paging.after),
        limit=paging.limit + 1,
    )
    count = None
    if paging.wants_count:
        count = await history.count_site_changes(tx, site_id, kinds=kinds, period=period)
    beside = await _beside(tx, rows)
    known = await figures.list_known_until(tx, [site_id])
    page = paging.page(rows, key=_key, item=lambda row: ChangeOut.of(row, beside), count=count)
    return ChangesOut(**dict(page), new_links_known_until=known.get(site_id))


async def _beside(tx: Tx, rows: Sequence[Row]) -> dict[UUID, int]:
    lost = {row["link_id"] for row in rows if row["kind"] == ChangeKind.LOST}
    return await worth.count_beside(tx, list(lost)) if lost else {}


def _key(row: Row) -> tuple[Any, ...]:
    return (row["at"], row["change_id"])
