"""The review: links that wait for a decision, and the decisions of people with their undo."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.toxicity.api.answers import AnswersOut
from services.toxicity.api.listing import links_elsewhere
from services.toxicity.api.toxicity import FindingOut, Spoken, spoken
from services.toxicity.domain.answers import Answers
from services.toxicity.domain.facts import Decision
from services.toxicity.domain.guard import Guard
from services.toxicity.domain.queueing import Place, Turn
from services.toxicity.store import answering, networks, queue, reviews, scores, sites
from services.toxicity.store.queue import Waiting
from services.toxicity.store.reviews import Review
from shared import clock, ids, outbox, queries, urls, words
from shared.access import Caller, Scope
from shared.db import Tx
from shared.errors import FieldError, InvalidError, NotFoundError
from shared.events import ReviewDecided
from shared.pages import Page, PageDep
from shared.vocabulary import Action, Band, Role
from shared.web import CallerDep, TxDep

MAX_SUBJECTS = 500
JUDGED_AT_ONCE = 500  # more links of one decision are judged by the walk

router = APIRouter(tags=["reviews"])


class QueueItem(BaseModel):
    """A link that waits for a decision."""

    sample: bool = Field(description="Drawn at random, not because it looks bad.")
    value: int = Field(
        description="Uncertainty x links of its domain x authority; sorts the queue."
    )

    link_id: UUID
    referring_url: str | None
    referring_domain: str | None
    target_url: str | None
    band: Band
    action: Action
    action_words: Spoken
    sentence: str
    findings: list[FindingOut]
    held_back_by: list[str]
    answers: AnswersOut | None = Field(
        description="Four answers apart: is the source real, is there a pattern, does the link pass"
        " anything, what is it worth."
    )


@router.get("/v1/sites/{site_id}/reviews")
async def list_reviews(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    action: Annotated[
        str | None, Query(description="Only these suggested actions (comma = or).")
    ] = None,
) -> Page[QueueItem]:
    """Return the links of a site that wait for a decision, those first of which one tells most.

    Every fifth is drawn at random from all judged links (`sample`), suspicious or not: only these say
    how often the score is wrong. With `action` there is no sample.
    """
    await _require(tx, caller, site_id, Role.VIEWER, Scope.TOXICITY_READ)
    wanted = queries.choices("action", action, Action)
    start = Place() if page.after is None else _place(page.after)
    rows = await queue.list_queue(tx, site_id, actions=wanted, start=start, limit=page.limit + 1)
    count = await queue.count_queue(tx, site_id, actions=wanted) if page.wants_count else None
    shown = [turn.link.judged for turn in rows[: page.limit]]
    answers = await answering.of_links(tx, shown, now=clock.now())
    return page.page(
        rows,
        key=_key,
        item=lambda turn: _queued(turn, answers.get(turn.link.link_id)),
        count=count,
    )


def _key(turn: Turn[Waiting]) -> tuple[object, ...]:
    after = turn.after
    return after.shown, after.value, after.drawn, after.link_id


def _place(key: tuple[object, ...]) -> Place:
    shown, value, drawn, link_id = key
    return Place(int(str(shown)), int(str(value)), UUID(str(link_id)), str(drawn))


def _queued(turn: Turn[Waiting], answers: Answers | None) -> QueueItem:
    judged = turn.link.judged
    return QueueItem(
        sample=turn.is_sample,
        value=turn.link.value,
        link_id=judged.link_id,
        referring_url=judged.referring_url,
        referring_domain=judged.referring_domain,
        target_url=judged.target_url,
        band=judged.band,
        action=judged.action,
        action_words=spoken(words.action(judged.action)),
        sentence=judged.sentence,
        findings=judged.explanation.get("findings", []),
        held_back_by=judged.explanation.get("held_back_by", []),
        answers=None if answers is None else AnswersOut.of(answers),
    )


class ReviewOut(BaseModel):
    """One decision about links and domains of one site."""

    review_id: UUID
    site_id: UUID
    decision: Decision
    reason: str
    links: list[UUID]
    domains: list[str]
    decided_by: str
    decided_at: datetime
    undone_by: str | None = None
    undone_at: datetime | None = None


@router.get("/v1/sites/{site_id}/decisions")
async def list_decisions(
    site_id: UUID, caller: CallerDep, tx: TxDep, page: PageDep
) -> Page[ReviewOut]:
    """Return the decisions about a site, the newest first, undone ones too."""
    await _require(tx, caller, site_id, Role.VIEWER, Scope.TOXICITY_READ)
    before = None if page.after is None else UUID(str(page.after[0]))
    rows = await reviews.list_reviews(tx, site_id, before=before, limit=page.limit + 1)
    return page.page(rows, key=lambda row: (row.review_id,), item=_decided)


def _decided(review: Review) -> ReviewOut:
    return ReviewOut(
        review_id=review.review_id,
        site_id=review.site_id,
        decision=review.decision,
        reason=review.reason,
        links=list(review.links),
        domains=list(review.domains),
        decided_by=review.decided_by,
        decided_at=review.decided_at,
        undone_by=review.undone_by,
        undone_at=review.undone_at,
    )


class DecideIn(BaseModel):
    """A decision about some links, or about whole referring domains or networks of one site."""

    model_config = ConfigDict(extra="forbid")

    site_id: UUID | None = Field(default=None, description="Needed with `domains` and `networks`.")
    networks: list[UUID] = Field(
        default_factory=list,
        max_length=20,
        description="All referring domains of these networks; guarded ones are left out of a disavow.",
    )
    links: list[UUID] = Field(default_factory=list, max_length=MAX_SUBJECTS)
    domains: list[Annotated[str, Field(max_length=253)]] = Field(
        default_factory=list, max_length=MAX_SUBJECTS
    )
    decision: Decision
    reason: str = Field(default="", max_length=300, description="Goes into the file as a comment.")


class Decided(BaseModel):
    """What was decided: one review for each site that the links belong to."""

    reviews: list[ReviewOut]


@router.post("/v1/reviews", status_code=201)
async def decide(body: DecideIn, caller: CallerDep, tx: TxDep) -> Decided:
    """Decide about links or domains; nothing is sent anywhere, and every decision can be undone."""
    caller.require_scope(Scope.TOXICITY_WRITE)
    _refuse_empty(body)
    found = await reviews.sites_of_links(tx, body.links, workspace_id=caller.workspace_id)
    visible = {link: site for link, site in found.items() if caller.may_see(site)}
    _refuse_strangers(body, visible)
    members = await _members(tx, caller, body)
    site_ids = set(visible.values())
    if body.site_id is not None:
        site_ids.add(body.site_id)
    guards = await _guards(tx, caller, site_ids)
    made = []
    for site_id in sorted(site_ids):
        domains = body.domains if site_id == body.site_id else []
        made.append(
            Review(
                review_id=ids.new_id(),
                workspace_id=caller.workspace_id,
                site_id=site_id,
                decision=body.decision,
                reason=body.reason.strip(),
                decided_by=caller.actor,
                decided_at=clock.now(),
                links=tuple(link for link in body.links if visible[link] == site_id),
                domains=(
                    *_domains(domains, body.decision, guards[site_id]),
                    *_unguarded(members, body.decision, guards[site_id]),
                )
                if site_id == body.site_id
                else (),
            )
        )
    made = [review for review in made if review.links or review.domains]
    for review in made:
        await reviews.add_review(tx, review)
    await _judge_again(tx, made)
    await _tell(tx, made)
    return Decided(reviews=[_decided(review) for review in made])


class UndoIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    review_ids: list[UUID] = Field(min_length=1, max_length=MAX_SUBJECTS)


@router.post("/v1/reviews/undo")
async def undo(body: UndoIn, caller: CallerDep, tx: TxDep) -> Decided:
    """Take decisions back; what had been decided before them is in force again."""
    caller.require_scope(Scope.TOXICITY_WRITE)
    now = clock.now()
    undone = await reviews.undo(
        tx, body.review_ids, workspace_id=caller.workspace_id, by=caller.actor, now=now
    )
    for review in undone:
        caller.require(review.site_id, Role.EDITOR)
    await _judge_again(tx, undone)
    await outbox.add(tx, [_event(review, "undone", caller.actor) for review in undone])
    return Decided(reviews=[_decided(review) for review in undone])


def _refuse_empty(body: DecideIn) -> None:
    if not body.links and not body.domains and not body.networks:
        raise InvalidError(
            "Nothing was named to decide about.",
            [FieldError("/links", "missing", "Give `links` or `domains`.")],
        )
    if (body.domains or body.networks) and body.site_id is None:
        raise InvalidError(
            "It is not clear for which site the domains are judged.",
            [FieldError("/site_id", "missing", "Give the site whose referring domains these are.")],
        )


async def _members(tx: Tx, caller: Caller, body: DecideIn) -> list[str]:
    """Return the referring domains of the networks; raises NotFoundError for one of a stranger."""
    if not body.networks or body.site_id is None:
        return []
    caller.require(body.site_id, Role.EDITOR)
    found = await networks.list_domains_of(
        tx, body.site_id, body.networks, workspace_id=caller.workspace_id
    )
    if set(body.networks) - set(found):
        raise NotFoundError("There is no such network.")
    named = set(body.domains)
    return sorted({domain for one in found.values() for domain in one} - named)


def _unguarded(domains: Sequence[str], decision: Decision, guard: Guard) -> list[str]:
    if decision is not Decision.DISAVOW:
        return list(domains)
    return [domain for domain in domains if guard.of_domain(domain) is None]


def _refuse_strangers(body: DecideIn, visible: dict[UUID, UUID]) -> None:
    faults = [
        FieldError(f"/links/{number}", "not-found", "There is no such link.")
        for number, link in enumerate(body.links)
        if link not in visible
    ]
    if faults:
        raise InvalidError("Some of the links do not exist.", faults)


async def _guards(tx: Tx, caller: Caller, site_ids: set[UUID]) -> dict[UUID, Guard]:
    for site_id in site_ids:
        caller.require(site_id, Role.EDITOR)
    known = await sites.list_sites(tx, [caller.workspace_id])
    guards = sites.guards_of(known)
    if any(site_id not in guards for site_id in site_ids):
        raise NotFoundError("There is no such site.")
    return guards


def _domains(given: list[str], decision: Decision, guard: Guard) -> tuple[str, ...]:
    """Return registrable domains; those that may never be disavowed are refused right here."""
    faults, domains = [], []
    for number, text in enumerate(given):
        host = urls.host_of(urls.from_text(text) or "")
        name = urls.registrable_domain(host)
        hold = guard.of_domain(name or host)
        if decision is Decision.DISAVOW and hold is not None:
            faults.append(FieldError(f"/domains/{number}", hold.code, hold.sentence))
        elif name is None:
            faults.append(
                FieldError(f"/domains/{number}", "not-a-domain", "Give a name such as example.com.")
            )
        else:
            domains.append(name)
    if faults:
        raise InvalidError("Some of the domains cannot be decided about so.", faults)
    return tuple(dict.fromkeys(domains))


async def _judge_again(tx: Tx, decided: Sequence[Review]) -> None:
    """Judge the links that decisions are about; where they are too many, the walk does it."""
    touched: list[UUID] = []
    walked: list[UUID] = []
    for review in decided:
        links = await reviews.list_touched(
            tx,
            review.site_id,
            links=review.links,
            domains=review.domains,
            limit=JUDGED_AT_ONCE + 1,
        )
        touched += links[:JUDGED_AT_ONCE]
        walked += [review.site_id] if len(links) > JUDGED_AT_ONCE else []
        # What is decided for one site is a list of bad domains for the others.
        touched += await links_elsewhere(
            tx, review.site_id, review.domains, workspace_id=review.workspace_id
        )
    await sites.want_walk(tx, walked)
    await scores.score_links(tx, touched, now=clock.now())


async def _tell(tx: Tx, made: list[Review]) -> None:
    await outbox.add(
        tx, [_event(review, review.decision.value, review.decided_by) for review in made]
    )


def _event(review: Review, decision: str, by: str) -> ReviewDecided:
    return ReviewDecided(
        workspace_id=review.workspace_id,
        site_id=review.site_id,
        review_id=review.review_id,
        decision=decision,
        domains=review.domains,
        links=review.links,
        decided_by=by,
    )


async def _require(tx: Tx, caller: Caller, site_id: UUID, role: Role, scope: Scope) -> None:
    caller.require_scope(scope)
    caller.require(site_id, role)
    await sites.get_site(tx, site_id, workspace_id=caller.workspace_id)
