"""Judges links in batches: reads all that a score is made of, keeps what is new, and tells of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.toxicity.domain.counting import Share, deltas, share_of
from services.toxicity.domain.crossing import crosses, last_known
from services.toxicity.domain.facts import (
    Decision,
    Facts,
    LinkFacts,
    PageView,
    Surroundings,
    Verdict,
)
from services.toxicity.domain.guard import Guard
from services.toxicity.domain.ingest import canonical, digest
from services.toxicity.domain.layer import Layer
from services.toxicity.domain.names import Names, names_of
from services.toxicity.domain.score import Score, judge, waterfall_json
from services.toxicity.domain.source import UNKNOWN, Source
from services.toxicity.store import counts, sites, sources
from services.toxicity.store.sites import Site
from shared import outbox
from shared.db import Tx
from shared.events import Event, LinkScored, ToxicityChanged
from shared.vocabulary import Band, Reason

_SECONDS_A_DAY = 86_400

PIECE = 500
"""How many links are read and judged at once."""

_LOCK = "SELECT 1 FROM links WHERE link_id = ANY($1::uuid[]) ORDER BY link_id FOR UPDATE"
_INPUTS = """
    SELECT l.link_id, l.workspace_id, l.site_id, l.facts::text AS facts, l.check_seq,
        l.last_reasons, l.lost, l.found_at, l.untracked_at IS NOT NULL AS untracked,
        l.counted_domain, l.counted_anchor, l.counted_exact, l.counted_followed,
        l.scored_seq, l.score, l.band, l.action, l.model, l.sentence, l.explanation_digest,
        l.authority, coalesce(l.known_band, nullif(l.band, 'insufficient_data')) AS known_band,
        coalesce(p.referring_domain, l.referring_domain) AS domain, p.facts::text AS page,
        v.decision, v.decided_at, v.reason, v.whole_domain,
        EXISTS (SELECT 1 FROM links o WHERE o.site_id = l.site_id AND o.placement_id IS NOT NULL
            AND o.untracked_at IS NULL
            AND o.referring_domain = coalesce(p.referring_domain, l.referring_domain)) AS placed
    FROM links l
    LEFT JOIN pages p ON p.page_id = l.page_id
    LEFT JOIN LATERAL (
        SELECT r.decision, r.decided_at, r.reason, i.link_id IS NULL AS whole_domain
        FROM review_items i JOIN reviews r ON r.review_id = i.review_id
        WHERE i.site_id = l.site_id AND NOT i.undone
          AND i.subject IN (l.link_id::text, coalesce(p.referring_domain, l.referring_domain))
        ORDER BY (i.link_id IS NULL), i.review_id DESC LIMIT 1
    ) v ON true
    WHERE l.link_id = ANY($1::uuid[])
    ORDER BY l.link_id
"""
_LOCKED_INPUTS = f"{_INPUTS} FOR UPDATE OF l"


@dataclass(frozen=True, slots=True)
class _Case:
    """One link on its way to a score."""

    row: asyncpg.Record
    guard: Guard
    layer: Layer
    facts: LinkFacts | None
    page: PageView | None
    before: Share | None
    after: Share | None


async def score_links(tx: Tx, link_ids: Iterable[UUID], *, now: datetime) -> int:
    """Judge these links; returns how many have another score than before.

    Links of sites that we don't know yet, and links whose page has not been told of yet, are left:
    the snapshot or the page's facts bring them back here. Rows are locked in one order: all links
    by their ids, then all counts; so call it once in a transaction, with all that it touches.
    """
    ids = sorted(set(link_ids))
    pieces = [ids[start : start + PIECE] for start in range(0, len(ids), PIECE)]
    if len(pieces) > 1:
        await tx.run(_LOCK, ids)
    cases: list[_Case] = []
    shares: list[tuple[UUID, Share | None, Share | None]] = []
    for piece in pieces:
        cases = await _read(tx, piece)
        shares += [(case.row["site_id"], case.before, case.after) for case in cases]
    await sites.want_growth_walk(tx, await counts.add(tx, deltas(shares)))
    changed = 0
    for piece in pieces:
        if len(pieces) > 1:
            cases = await _read(tx, piece)
        changed += await _judge(tx, cases, now=now)
    return changed


async def read_facts(
    tx: Tx, link_ids: Sequence[UUID], *, now: datetime
) -> list[tuple[UUID, Facts]]:
    """Return what these links would be judged by, those that are tracked; locks and writes nothing."""
    cases = [case for case in await _read(tx, link_ids, sql=_INPUTS) if not case.row["untracked"]]
    facts = await _list_facts(tx, cases, now=now)
    return [(case.row["link_id"], one) for case, one in zip(cases, facts, strict=True)]


async def _read(tx: Tx, link_ids: Sequence[UUID], *, sql: str = _LOCKED_INPUTS) -> list[_Case]:
    rows = await tx.fetch(sql, link_ids)
    known = await _sites(tx, rows)
    names = {
        site.site_id: names_of(site.brands, site.keywords, (site.domain, *site.hosts), site.domain)
        for site in known
    }
    guards = sites.guards_of(known)
    layers = {site.site_id: site.layer for site in known}
    cases = [
        _case(row, names[row["site_id"]], guards[row["site_id"]], layers[row["site_id"]])
        for row in rows
        if row["site_id"] in names
    ]
    return [case for case in cases if not _must_wait(case)]


async def _judge(tx: Tx, cases: Sequence[_Case], *, now: datetime) -> int:
    """Keep the scores of links that are tracked, and nothing of those that no longer are."""
    await _forget(tx, [case.row["link_id"] for case in cases if case.row["untracked"]])
    tracked = [case for case in cases if not case.row["untracked"]]
    facts = await _list_facts(tx, tracked, now=now)
    judged = [(case, judge(one), _authority(one)) for case, one in zip(tracked, facts, strict=True)]
    return await _save(tx, judged, now=now)


async def _list_facts(tx: Tx, cases: Sequence[_Case], *, now: datetime) -> list[Facts]:
    around = await counts.list_surroundings(
        tx, [(case.row["site_id"], case.after) for case in cases]
    )
    keys = sorted({key for case in cases for key in _keys(case)})
    known = await sources.list_sources(tx, keys, today=now.date())
    return [
        _facts(case, surroundings, known, now=now)
        for case, surroundings in zip(cases, around, strict=True)
    ]


def _authority(facts: Facts) -> float | None:
    """Return our authority of the referring domain, 0-100, in whole points: finer is noise."""
    graph = facts.source.graph
    return None if graph is None or graph.authority is None else round(100.0 * graph.authority)


def _keys(case: _Case) -> tuple[sources.Key, ...]:
    domain = case.row["domain"]
    return ((case.row["site_id"], domain),) if domain else ()


# What it was stays: `scored_seq` must not begin again if the link comes back, and a decision of a
# person about it still needs its address.
_FORGET = """
    UPDATE links SET counted_domain = NULL, counted_anchor = NULL, counted_exact = false,
        counted_followed = false, facts = NULL, facts_digest = NULL, scored_at = NULL, score = NULL,
        milli = NULL, band = NULL, known_band = NULL, action = NULL, confidence = NULL, model = NULL, sentence = NULL,
        explanation = NULL, explanation_digest = NULL
    WHERE link_id = ANY($1::uuid[]) AND (facts IS NOT NULL OR scored_at IS NOT NULL)
"""


async def _forget(tx: Tx, link_ids: Sequence[UUID]) -> None:
    if link_ids:
        await tx.run(_FORGET, link_ids)


async def _sites(tx: Tx, rows: Sequence[asyncpg.Record]) -> list[Site]:
    return await sites.list_sites(tx, {row["workspace_id"] for row in rows})


def _case(row: asyncpg.Record, names: Names, guard: Guard, layer: Layer) -> _Case:
    page = _page(row["page"], names)
    facts = _link(row["facts"], names)
    before = None
    if row["counted_domain"] is not None:
        before = Share(
            row["counted_domain"],
            row["counted_followed"],
            row["counted_exact"],
            row["counted_anchor"],
        )
    gone = row["lost"] or row["untracked"]
    after = share_of(facts, domain=row["domain"], lost=gone)
    return _Case(row, guard, layer, facts, page, before, after)


def _link(text: str | None, names: Names) -> LinkFacts | None:
    if text is None:
        return None
    values = orjson.loads(text)
    kind, flags = names.classify(values["anchor_text"], values["image_alt"])
    return LinkFacts.from_json(values, anchor_kind=kind, anchor_flags=flags)


def _page(text: str | None, names: Names) -> PageView | None:
    if text is None:
        return None
    values = orjson.loads(text)
    return PageView.from_json({**values, "title_is_toxic": names.is_toxic(values["title"] or "")})


def _must_wait(case: _Case) -> bool:
    """What is still on its way will bring the link back: one first score instead of two or three."""
    if case.row["scored_seq"] or case.row["lost"] or case.row["untracked"]:
        return False
    return case.row["check_seq"] == 0 or (case.facts is not None and case.page is None)


def _facts(
    case: _Case,
    around: Surroundings,
    known: Mapping[sources.Key, Source],
    *,
    now: datetime,
) -> Facts:
    row = case.row
    hold = case.guard.of_domain(row["domain"]) if row["domain"] else None
    holds = () if hold is None else (hold.code,)
    found_at: datetime | None = row["found_at"]
    unseen = 0 if found_at is None else int((now - found_at).total_seconds() // _SECONDS_A_DAY)
    return Facts(
        link=case.facts,
        page=case.page,
        around=around,
        verdict=_verdict(row),
        holds=(*holds, "placement") if row["placed"] else holds,
        last_reasons=frozenset(map(Reason, row["last_reasons"])),
        days_unseen=max(unseen, 0),
        lost=row["lost"],
        layer=case.layer,
        source=known.get((row["site_id"], row["domain"]), UNKNOWN),
    )


def _verdict(row: asyncpg.Record) -> Verdict | None:
    if row["decision"] is None:
        return None
    return Verdict(
        decision=Decision(row["decision"]),
        decided_on=row["decided_at"].date(),
        whole_domain=row["whole_domain"],
        reason=row["reason"],
    )


@dataclass(frozen=True, slots=True)
class _Change:
    """One row to be written: a new score, or only what the link adds to the counts."""

    case: _Case
    score: Score
    authority: float | None
    explanation: str
    digest: UUID
    is_told: bool

    @property
    def seq(self) -> int:
        old: int = self.case.row["scored_seq"]
        return old + 1 if self.is_told else old

    @property
    def known(self) -> Band | None:
        """Return the band that the link was known in last."""
        band = self.case.row["known_band"]
        return None if band is None else Band(band)


async def _save(
    tx: Tx, judged: Sequence[tuple[_Case, Score, float | None]], *, now: datetime
) -> int:
    changes = [change for change in map(_change, judged) if change is not None]
    await _write(tx, changes, now=now)
    told = [change for change in changes if change.is_told]
    events: list[Event] = [_scored(change) for change in told]
    events += [_crossed(change) for change in told if crosses(change.known, change.score.band)]
    await outbox.add(tx, events)
    return len(told)


def _change(one: tuple[_Case, Score, float | None]) -> _Change | None:
    case, score, authority = one
    row = case.row
    explanation = canonical(waterfall_json(score))
    fingerprint = digest(explanation)
    before = tuple(
        row[name] for name in ("score", "band", "action", "model", "sentence", "authority")
    )
    after = (score.score, score.band, score.action, score.model, score.sentence, authority)
    same = before == after
    if same and fingerprint == row["explanation_digest"] and case.before == case.after:
        return None
    return _Change(case, score, authority, explanation, fingerprint, is_told=not same)


_WRITE = """
    UPDATE links l SET
        counted_domain = u.domain, counted_anchor = u.anchor, counted_exact = u.exact,
        counted_followed = u.followed, scored_seq = u.seq, scored_at = $13,
        score = u.score, milli = u.milli, band = u.band, known_band = u.known, action = u.action,
        confidence = u.confidence, model = u.model, sentence = u.sentence,
        explanation = u.explanation, explanation_digest = u.digest, authority = u.authority,
        referring_domain = coalesce(u.domain, l.referring_domain)
    FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bool[], $5::bool[], $6::bigint[], $7::int[],
        $8::int[], $9::text[], $10::text[], $11::text[], $12::text[], $14::text[], $15::json[],
        $16::uuid[], $17::real[], $18::text[])
      AS u(link_id, domain, anchor, exact, followed, seq, score, milli, band, action, confidence,
        model, sentence, explanation, digest, authority, known)
    WHERE l.link_id = u.link_id
"""


async def _write(tx: Tx, changes: Sequence[_Change], *, now: datetime) -> None:
    if not changes:
        return
    shares = [change.case.after for change in changes]
    scores = [change.score for change in changes]
    await tx.run(
        _WRITE,
        [change.case.row["link_id"] for change in changes],
        [None if one is None else one.domain for one in shares],
        [None if one is None else one.anchor for one in shares],
        [one is not None and one.exact for one in shares],
        [one is not None and one.followed for one in shares],
        [change.seq for change in changes],
        [one.score for one in scores],
        [one.milli for one in scores],
        [one.band for one in scores],
        [one.action for one in scores],
        [one.confidence for one in scores],
        [one.model for one in scores],
        now,
        [one.sentence for one in scores],
        [change.explanation for change in changes],
        [change.digest for change in changes],
        [change.authority for change in changes],
        [last_known(change.known, change.score.band) for change in changes],
    )


def _envelope(change: _Change) -> Mapping[str, Any]:
    row = change.case.row
    return {
        "workspace_id": row["workspace_id"],
        "site_id": row["site_id"],
        "link_id": row["link_id"],
    }


def _scored(change: _Change) -> LinkScored:
    score = change.score
    return LinkScored(
        **_envelope(change),
        scored_seq=change.seq,
        score=score.score,
        band=score.band,
        action=score.action,
        model=score.model,
        sentence=score.sentence,
        authority=change.authority,
    )


def _crossed(change: _Change) -> ToxicityChanged:
    return ToxicityChanged(
        **_envelope(change),
        from_band=change.known,
        to_band=change.score.band,
        score=change.score.score,
        sentence=change.score.sentence,
    )
