"""What a link looks like in answers: the models that document it, and the quick way to make it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field

from services.profile.domain.imports.labels import source_label
from shared import hostnames, words
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

Row = Mapping[str, Any]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WordsOut(Model):
    """What a person reads in place of codes."""

    label: str
    sentence: str
    todo: str


class ToxicityOut(Model):
    """Toxicity's latest word; the waterfall is at `/toxicity`."""

    score: int | None
    band: Band
    action: Action
    sentence: str
    model: str


class ClaimOut(Model):
    """What another tool says about the link, in its own words, with its date."""

    source: str
    label: str = Field(description="The tool's name.")
    claim: dict[str, Any]
    metrics: dict[str, float] = {}
    anchor_text: str | None = None
    rel: list[str] | None = Field(default=None, description="null: it says nothing about rel.")
    kind: LinkKind | None = None
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None
    lost_at: datetime | None = None
    claimed_at: datetime


class ContractOut(Model):
    """What was agreed about the link; None means that nothing was agreed about it."""

    placement_id: UUID
    target_url: str | None
    anchor_text: str | None
    rel: list[str] | None
    position: Position | None
    max_outlinks: int | None
    go_live_on: str | None
    until_on: str | None
    reasons: list[Reason] = Field(description="Why the link that was seen is not as agreed.")


class LinkOut(Model):
    """One (referring page, target page) pair of a site, with what we concluded about it."""

    id: UUID
    site_id: UUID
    referring_url: str
    referring_domain: str
    readable_domain: str = Field(
        description="The referring domain as people read it; the ASCII form follows where it could deceive."
    )
    target_url: str | None = Field(description="null while the target is not known yet")
    status: LinkStatus
    last_good_status: LinkStatus | None = Field(
        description="While `status` is `unknown`: what it was when we last could look."
    )
    reasons: list[Reason]
    counts: bool = Field(description="Live, followed and on an indexable page.")
    followed: bool | None
    rel: list[str]
    kind: LinkKind | None
    position: Position | None
    anchor_text: str | None
    anchor_kind: AnchorKind | None
    anchor_flags: list[str]
    indexable: bool | None
    http_status: int | None
    final_url: str | None
    redirects: list[dict[str, Any]]
    ip: str | None = Field(description="The address that served the referring page.")
    lang: str | None = Field(description="The referring page's language, as it says; `de`.")
    country: str | None = Field(
        description="Named by the host's ending or the page's language tag; null: unknown."
    )
    platform: str | None = Field(description="What the referring page is made with; `wordpress`.")
    authority: float | None
    metrics: dict[str, float] = Field(description="Metrics of other tools under their own names.")
    value: float
    toxicity: ToxicityOut | None
    sources: list[ClaimOut]
    contract: ContractOut | None
    contract_state: ContractState | None
    confirming_since: datetime | None
    known_since: datetime
    words: WordsOut
    tags: list[str]
    note: str | None = Field(default=None, description="Never sent to clients.")
    owner: str | None
    snoozed_until: datetime | None
    override: LinkStatus | None = Field(description="The status that a person set over ours.")
    override_reason: str | None
    discovery: str
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    last_checked_at: datetime | None
    next_check_at: datetime | None
    changed_at: datetime | None
    lost_at: datetime | None
    version: int


FIELDS = tuple(LinkOut.model_fields)
_SAME = (
    *("site_id", "referring_url", "referring_domain", "target_url", "status", "reasons", "counts"),
    *("followed", "rel", "kind", "position", "anchor_text", "anchor_kind", "anchor_flags"),
    *(
        "indexable",
        "http_status",
        "final_url",
        "ip",
        "lang",
        "country",
        "platform",
        "authority",
        "value",
        "contract_state",
    ),
    *("confirming_since", "known_since", "tags", "note", "owner", "snoozed_until", "override"),
    *("override_reason", "discovery", "first_seen_at", "last_seen_at", "last_checked_at"),
    *("next_check_at", "changed_at", "lost_at", "version"),
)


def link_item(row: Row, claims: Sequence[Row], *, now: datetime) -> dict[str, Any]:
    """Return a link as answers hold it; a test validates it against `LinkOut`."""
    item: dict[str, Any] = {"id": row["link_id"]}
    item |= {name: row[name] for name in _SAME}
    unknown = row["status"] == LinkStatus.UNKNOWN and row["good_status"] != LinkStatus.PENDING
    page = row["page"]
    item["readable_domain"] = hostnames.shown(row["referring_domain"])
    item["last_good_status"] = row["good_status"] if unknown else None
    item["metrics"] = orjson.loads(row["metrics"])
    item["redirects"] = orjson.loads(page).get("redirects", []) if page else []
    item["toxicity"] = _toxicity(row)
    item["contract"] = _contract(row)
    item["sources"] = [claim_item(claim) for claim in claims]
    item["words"] = words_of(row, now=now)
    return item


def claim_item(row: Row) -> dict[str, Any]:
    names = (
        *("source", "anchor_text", "rel", "kind", "first_seen_at", "last_seen_at", "lost_at"),
        "claimed_at",
    )
    said = {name: orjson.loads(row[name]) for name in ("claim", "metrics")}
    return {"label": source_label(row["source"])} | {name: row[name] for name in names} | said


def _toxicity(row: Row) -> dict[str, Any] | None:
    if row["toxicity_band"] is None:
        return None
    return {
        name: row[f"toxicity_{name}"] for name in ("score", "band", "action", "sentence", "model")
    }


def _contract(row: Row) -> dict[str, Any] | None:
    if row["terms"] is None:
        return None
    terms = orjson.loads(row["terms"])
    shown = {name: terms[name] for name in ContractOut.model_fields if name != "reasons"}
    return shown | {"reasons": row["contract_reasons"]}


def words_of(row: Row, *, now: datetime) -> dict[str, str]:
    """Return what a person reads about the state of a link."""
    facts = words.LinkFacts(
        reasons=[Reason(code) for code in row["reasons"]],
        breaches=[Reason(code) for code in row["contract_reasons"]],
        last_live_at=row["last_seen_at"],
        confirming_since=row["confirming_since"],
        missed_at=row["missing_since"],
        lost_at=row["lost_at"],
        unknown_since=row["changed_at"] if row["status"] == LinkStatus.UNKNOWN else None,
        next_check_at=row["next_check_at"],
        counts=row["counts"],
    )
    said = words.status(LinkStatus(row["status"]), facts, now=now)
    return {"label": said.label, "sentence": said.sentence, "todo": said.todo}
