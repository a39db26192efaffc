"""The one way by which prospects come in: a list of domains and pages, row by row, with a dry run."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.outreach.api.prospect_shapes import ListIn, ListOut, Refusal, TakenOut
from services.outreach.api.prospects import require_site
from services.outreach.domain.candidates import MAX_ROWS, Candidate, domains_of, read_list
from services.outreach.domain.placement import Seen
from services.outreach.domain.prospect import Stage
from services.outreach.domain.suppression import REASON_WORDS
from services.outreach.metrics import PROSPECTS
from services.outreach.store import pipeline, prospects, readings, suppressions
from services.outreach.store.prospects import Change, Prospect
from services.outreach.store.suppressions import Suppression
from shared import clock, ids
from shared.access import Caller, Scope
from shared.db import Tx
from shared.errors import FieldError, InvalidError
from shared.prospect_words import source_label
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(tags=["prospects"])

# Of a link that is gone nothing is open any more: its domain is to be asked again.
_OF_PLACEMENT = {
    Seen.PROMISED: Stage.AGREED,
    Seen.LIVE: Stage.PLACED,
    Seen.MISMATCHED: Stage.PLACED,
}


@router.post(
    "/v1/sites/{site_id}/prospects",
    status_code=201,
    responses={200: {"model": ListOut, "description": "A dry run: nothing was written"}},
)
async def add_prospects(
    site_id: UUID,
    body: ListIn,
    caller: CallerDep,
    tx: TxDep,
    response: Response,
    dry_run: Annotated[bool, Query(description="Only say what would happen.")] = False,
) -> ListOut:
    """Put domains onto the list of a site; rows that can't be taken are told of, the others are."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    site = await require_site(tx, caller, site_id, Role.EDITOR)
    rows = _rows(body.text, site.hosts)
    domains = domains_of(rows)
    forbidden = await suppressions.list_covering_domains(
        tx, domains, workspace_id=caller.workspace_id
    )
    stages = await first_stages(tx, site_id, domains, forbidden)
    wanted = _wanted(rows, body, site_id, caller, stages)
    if dry_run:
        response.status_code = 200
        taken = _ids(wanted) - await prospects.list_known(tx, site_id, wanted)
    else:
        taken = await write_prospects(tx, wanted, caller, site.hosts[0])
    return _answer(rows, wanted, taken, forbidden, dry_run=dry_run)


def _rows(text: str, own_hosts: Sequence[str]) -> list[Candidate]:
    rows = read_list(text, own_hosts=own_hosts)
    if not rows or len(rows) > MAX_ROWS:
        detail = f"Give 1 to {MAX_ROWS:,} rows with a domain each; these are {len(rows):,}."
        raise InvalidError(detail, [FieldError("/text", "row-count", detail)])
    return rows


async def first_stages(
    tx: Tx, site_id: UUID, domains: Sequence[str], forbidden: Mapping[str, Suppression]
) -> dict[str, Stage]:
    """Return the stages of domains that begin elsewhere than others."""
    seen = await pipeline.list_seen(tx, site_id, domains)
    placed = {domain: _OF_PLACEMENT[one] for domain, one in seen.items() if one in _OF_PLACEMENT}
    return dict.fromkeys(forbidden, Stage.BLOCKED) | placed


def _wanted(
    rows: Sequence[Candidate],
    body: ListIn,
    site_id: UUID,
    caller: Caller,
    stages: Mapping[str, Stage],
) -> dict[str, Prospect]:
    """Return a prospect for each row that can be taken, by its domain."""
    now = clock.now()
    found = {row.domain: row for row in rows if row.domain is not None}
    return {
        domain: Prospect(
            prospect_id=ids.new_id(),
            workspace_id=caller.workspace_id,
            site_id=site_id,
            domain=domain,
            url=row.url,
            stage=stages.get(domain, Stage.DISCOVERED),
            status=f"From: {source_label(body.source)}.",
            source=body.source,
            source_note=body.source_note,
            owner=body.owner or None,
            created_by=caller.actor,
            created_at=now,
            stage_at=now,
        )
        for domain, row in found.items()
    }


async def write_prospects(
    tx: Tx, wanted: Mapping[str, Prospect], caller: Caller, home: str
) -> set[UUID]:
    """Write prospects down and have them read, and the site itself, with which they are compared."""
    added = await prospects.add_prospects(tx, list(wanted.values()))
    new = [one for one in wanted.values() if one.prospect_id in added]
    fresh = await readings.ask_for(tx, [home, *(one.domain for one in new)], now=clock.now())
    await readings.mark_prospects(tx, [one.prospect_id for one in new if one.domain in fresh])
    await prospects.add_history(
        tx,
        [
            Change(one.prospect_id, one.status, one.created_at, caller.actor, None, one.stage)
            for one in new
        ],
    )
    await prospects.tell_found(tx, new)
    PROSPECTS.inc(len(new))
    return added


def _ids(wanted: Mapping[str, Prospect]) -> set[UUID]:
    return {one.prospect_id for one in wanted.values()}


def _answer(
    rows: Sequence[Candidate],
    wanted: Mapping[str, Prospect],
    taken: set[UUID],
    forbidden: Mapping[str, Suppression],
    *,
    dry_run: bool,
) -> ListOut:
    rejected = sum(row.fault is not None for row in rows)
    return ListOut(
        dry_run=dry_run,
        rows=len(rows),
        accepted=len(taken),
        known=len(wanted) - len(taken),
        rejected=rejected,
        results=[_row(row, wanted, taken, forbidden, dry_run=dry_run) for row in rows],
    )


def _row(
    row: Candidate,
    wanted: Mapping[str, Prospect],
    taken: set[UUID],
    forbidden: Mapping[str, Suppression],
    *,
    dry_run: bool,
) -> TakenOut:
    out = TakenOut(line=row.line, text=row.text, domain=row.domain)
    if row.fault is not None:
        out.error = Refusal(code=row.fault.code, detail=row.fault.sentence)
    if row.domain is None:
        return out
    one = wanted[row.domain]
    if one.prospect_id not in taken:
        out.note = "A prospect of this site already; it stays as it is."
    elif row.domain in forbidden:
        words = REASON_WORDS[forbidden[row.domain].reason]
        out.note = f"Taken, but never written to: {words[0].lower()}{words[1:]}."
    if one.prospect_id in taken and not dry_run:
        out.prospect_id = one.prospect_id
    return out
