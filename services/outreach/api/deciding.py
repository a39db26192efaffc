"""Decisions about opportunities: accepted ones become prospects, dismissed ones stay away, both can be undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.outreach.api.opportunities import forbidden_domains
from services.outreach.api.opportunity_shapes import (
    DecidedOut,
    Decision,
    DecisionIn,
    DecisionsOut,
)
from services.outreach.api.plan_inputs import read_target
from services.outreach.api.prospect_list import first_stages, write_prospects
from services.outreach.api.prospects import require_site
from services.outreach.domain.candidates import Candidate, read_row
from services.outreach.domain.prospect import Stage
from services.outreach.store import opportunities, prospects, readings, suppressions
from services.outreach.store.opportunities import Decided, Opportunity, is_near
from services.outreach.store.prospects import Prospect
from services.outreach.store.sites import Site
from shared import clock, ids
from shared.access import Caller, Scope
from shared.db import Tx
from shared.errors import FieldError, InvalidError
from shared.opportunities import KINDS, OpportunityKind, OpportunityState
from shared.prospect_words import source_label
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/v1/sites/{site_id}/opportunities", tags=["opportunities"])
_MOST_QUOTED = 500
_STATES = {
    Decision.ACCEPT: OpportunityState.ACCEPTED,
    Decision.DISMISS: OpportunityState.DISMISSED,
    Decision.REOPEN: OpportunityState.OPEN,
}


@router.post("/decisions")
async def decide(
    site_id: UUID,
    body: DecisionIn,
    caller: CallerDep,
    tx: TxDep,
    dry_run: Annotated[bool, Query(description="Only say what would happen.")] = False,
) -> DecisionsOut:
    """Accept opportunities: their domains become prospects, with the page. Or dismiss or reopen them.

    What is dismissed stays dismissed, however often it is found again, until somebody reopens it.
    Prospects stay when their opportunity is reopened.
    """
    caller.require_scope(Scope.OUTREACH_WRITE)
    site = await require_site(tx, caller, site_id, Role.EDITOR)
    if body.decision is Decision.DISMISS and not (body.reason or "").strip():
        detail = "Say why, so that others know later."
        raise InvalidError(detail, [FieldError("/reason", "missing", detail)])
    target = None if body.target_url is None else read_target(body.target_url, site.hosts)
    known = await opportunities.get_opportunities(
        tx, caller.workspace_id, body.opportunity_ids, lock=True
    )
    meant = [one for one in known.values() if one.site_id == site_id]
    if body.decision is not Decision.ACCEPT:
        return await _set(tx, meant, body, caller, dry_run=dry_run)
    spelled = body.model_copy(update={"target_url": target})
    return await _accept(tx, meant, spelled, site, caller, dry_run=dry_run)


async def _set(
    tx: Tx, meant: Sequence[Opportunity], body: DecisionIn, caller: Caller, *, dry_run: bool
) -> DecisionsOut:
    state = _STATES[body.decision]
    changing = [one for one in meant if one.state is not state]
    if not dry_run:
        decided = [
            Decided(
                opportunity_id=one.opportunity_id,
                state=state
                if one.pages or state is not OpportunityState.OPEN
                else OpportunityState.OVER,
                because=_reason(body),
            )
            for one in changing
        ]
        await opportunities.save_decided(tx, decided, by=caller.actor, now=clock.now())
    done = {one.opportunity_id for one in changing}
    return DecisionsOut(
        dry_run=dry_run, results=[_plain(one, body.decision, done) for one in meant]
    )


def _plain(one: Opportunity, decision: Decision, done: set[UUID]) -> DecidedOut:
    changed = one.opportunity_id in done
    said = "Dismissed." if decision is Decision.DISMISS else "Open again; prospects stay."
    return DecidedOut(
        opportunity_id=one.opportunity_id,
        kind=one.kind,
        changed=changed,
        prospects_added=0,
        prospects_known=0,
        left_out=[],
        target_url=one.target_url,
        sentence=said if changed else "It is so already.",
    )


def _reason(body: DecisionIn) -> str | None:
    return " ".join((body.reason or "").split()) or None


# ---- accepting ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Choice:
    """The pages of an opportunity that become prospects, by domain, and what is left out."""

    one: Opportunity
    pages: Mapping[str, str]
    left_out: tuple[str, ...]
    target_url: str | None
    offer: str | None


async def _accept(
    tx: Tx,
    meant: Sequence[Opportunity],
    body: DecisionIn,
    site: Site,
    caller: Caller,
    *,
    dry_run: bool,
) -> DecisionsOut:
    pages = await opportunities.list_pages(tx, [one.opportunity_id for one in meant])
    domains = {row["domain"] for rows in pages.values() for row in rows}
    forbidden = await forbidden_domains(tx, caller, domains)
    home = await _home(tx, site)
    choices = [
        _choice(one, pages.get(one.opportunity_id, []), body, site, forbidden, home)
        for one in meant
    ]
    wanted = await _wanted(tx, choices, site, caller)
    known = await prospects.list_known(tx, site.site_id, wanted)
    if not dry_run:
        await write_prospects(tx, wanted, caller, site.hosts[0])
        await _save(tx, choices, body, site, caller)
    new = {domain for domain, one in wanted.items() if one.prospect_id not in known}
    return DecisionsOut(dry_run=dry_run, results=[_accepted(one, new) for one in choices])


def _choice(
    one: Opportunity,
    rows: Sequence[Any],
    body: DecisionIn,
    site: Site,
    forbidden: Mapping[str, str],
    home: str | None,
) -> _Choice:
    found: dict[str, str] = {}
    left: dict[str, str] = {}
    for row in rows:
        domain = row["domain"]
        why = _refusal(one, row, body, site, forbidden)
        if why is None:
            found.setdefault(domain, row["page_url"])
        else:
            left.setdefault(domain, why)
    left_out = tuple(f"{domain}: {why}" for domain, why in left.items() if domain not in found)
    return _Choice(one, found, left_out, *_offer(one, body, home))


def _refusal(
    one: Opportunity, row: Any, body: DecisionIn, site: Site, forbidden: Mapping[str, str]
) -> str | None:
    if not row["stands"]:
        return "it is no longer so there."
    if row["domain"] in forbidden:
        return f"never written to: {forbidden[row['domain']]}"
    fault = read_row(1, row["page_url"], site.hosts).fault
    if fault is not None:
        return fault.sentence
    is_mention = one.kind is OpportunityKind.UNLINKED_MENTION
    if body.only_relevant and not is_mention and not is_near(row["relevance"]):
        return "it is not known to be near your topic."
    return None


async def _home(tx: Tx, site: Site) -> str | None:
    """Return the home page of the site, where it was read."""
    known = await readings.list_readings(tx, [site.hosts[0]])
    told = known[site.hosts[0]].told if site.hosts[0] in known else None
    return next(iter(told.pages), None) if told is not None else None


def _offer(one: Opportunity, body: DecisionIn, home: str | None) -> tuple[str | None, str | None]:
    """Return the page of ours to offer, and what it is: as given, as before, or what fits best.

    Who only names a site speaks of the site: there the home page will do.
    """
    offer = " ".join((body.offer or "").split()) or one.offer
    if body.target_url or one.target_url:
        return body.target_url or one.target_url, offer
    match = (body.matches or {}).get(str(one.opportunity_id)) or {}
    best = next(iter(match.get("candidates") or ()), None)
    if best is None:
        return home if one.kind is OpportunityKind.UNLINKED_MENTION else None, offer
    title = " ".join(str(best.get("title") or "").split())
    return best["url"], offer or (f"“{title}”" if title else None)


async def _wanted(
    tx: Tx, choices: Sequence[_Choice], site: Site, caller: Caller
) -> dict[str, Prospect]:
    """Return a prospect for each domain, with the page that was found first."""
    rows: dict[str, tuple[Candidate, Opportunity]] = {}
    for choice in choices:
        for url in choice.pages.values():
            row = read_row(1, url, site.hosts)
            if row.domain is not None:
                rows.setdefault(row.domain, (row, choice.one))
    covering = await suppressions.list_covering_domains(
        tx, list(rows), workspace_id=caller.workspace_id
    )
    stages = await first_stages(tx, site.site_id, list(rows), covering)
    return {
        domain: _prospect(row, one, site, caller, stages.get(domain, Stage.DISCOVERED))
        for domain, (row, one) in rows.items()
    }


def _prospect(
    row: Candidate, one: Opportunity, site: Site, caller: Caller, stage: Stage
) -> Prospect:
    now = clock.now()
    note = one.evidence.get("sentence") or f"{KINDS[one.kind].label}: {one.subject_url}"
    return Prospect(
        prospect_id=ids.new_id(),
        workspace_id=caller.workspace_id,
        site_id=site.site_id,
        domain=row.domain or "",
        url=row.url,
        stage=stage,
        status=f"From: {source_label(_source(one))}.",
        source=_source(one),
        source_note=str(note)[:_MOST_QUOTED],
        created_by=caller.actor,
        created_at=now,
        stage_at=now,
    )


def _source(one: Opportunity) -> str:
    return "mention" if one.kind is OpportunityKind.UNLINKED_MENTION else one.kind.value


async def _save(
    tx: Tx, choices: Sequence[_Choice], body: DecisionIn, site: Site, caller: Caller
) -> None:
    decided = [
        Decided(
            opportunity_id=one.one.opportunity_id,
            state=OpportunityState.ACCEPTED,
            because=_reason(body),
            target_url=one.target_url,
            offer=one.offer,
        )
        for one in choices
        if one.pages
    ]
    await opportunities.save_decided(tx, decided, by=caller.actor, now=clock.now())
    known = await prospects.find_by_domains(
        tx, site.site_id, {domain for one in choices for domain in one.pages}
    )
    for one in choices:
        mine = {domain: known[domain].prospect_id for domain in one.pages if domain in known}
        if mine:
            await opportunities.link_prospects(tx, [one.one.opportunity_id], mine)


def _accepted(choice: _Choice, new: set[str]) -> DecidedOut:
    added = len(new & choice.pages.keys())
    known = len(choice.pages) - added
    one = choice.one
    if not choice.pages:
        said = "Nothing is left of it to be accepted; see what was left out."
    elif choice.target_url is None and one.kind is not OpportunityKind.UNLINKED_MENTION:
        said = "Accepted. No page of yours fits by itself: name one, or write one, before a letter goes out."
    else:
        said = "Accepted."
    return DecidedOut(
        opportunity_id=one.opportunity_id,
        kind=one.kind,
        changed=bool(choice.pages),
        prospects_added=added,
        prospects_known=known,
        left_out=list(choice.left_out),
        target_url=choice.target_url,
        sentence=said,
    )
