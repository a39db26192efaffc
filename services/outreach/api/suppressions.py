"""The suppression list: addresses and domains that must never be written to."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.outreach.domain.suppression import (
    REASON_WORDS,
    SuppressionKind,
    SuppressionReason,
    first_cover,
    normal_address,
    subject_of,
)
from services.outreach.store import pipeline, suppressions
from services.outreach.store.suppressions import Suppression
from shared import clock, ids
from shared.access import Caller, Scope
from shared.errors import FieldError, ForbiddenError, InvalidError
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

MAX_AT_ONCE = 1_000

router = APIRouter(prefix="/v1/suppressions", tags=["suppressions"])


class SuppressIn(BaseModel):
    """Addresses or domains to suppress, and why."""

    model_config = ConfigDict(extra="forbid")

    values: list[str] = Field(
        min_length=1, max_length=MAX_AT_ONCE, description="E-mail addresses or domains."
    )
    reason: SuppressionReason = SuppressionReason.MANUAL
    note: str | None = Field(default=None, max_length=1_000)


class SuppressionOut(BaseModel):
    """One suppression; lifted ones stay to be read."""

    suppression_id: UUID
    kind: SuppressionKind
    value: str
    reason: SuppressionReason
    reason_words: str
    note: str | None
    created_by: str
    created_at: datetime
    lifted_at: datetime | None
    lifted_by: str | None
    lifted_because: str | None


class SuppressedOut(BaseModel):
    """What was added; what was suppressed already stays as it was."""

    added: list[SuppressionOut]
    already: list[str]


@router.post("", status_code=201)
async def suppress(body: SuppressIn, caller: CallerDep, tx: TxDep) -> SuppressedOut:
    """Forbid writing to addresses or whole domains, in the whole workspace, from now on."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    _require_editor(caller)
    wanted = _wanted(body, caller)
    added = await suppressions.add_suppressions(tx, wanted)
    domains = [one.value for one in wanted if one.kind is SuppressionKind.DOMAIN]
    await pipeline.block_domains(tx, caller.workspace_id, domains, caller.actor)
    return SuppressedOut(
        added=[_answer(one) for one in wanted if one.suppression_id in added],
        already=[one.value for one in wanted if one.suppression_id not in added],
    )


def _wanted(body: SuppressIn, caller: Caller) -> list[Suppression]:
    now = clock.now()
    faults: list[FieldError] = []
    wanted: dict[tuple[str, str], Suppression] = {}
    for number, text in enumerate(body.values):
        subject = subject_of(text)
        if subject is None:
            detail = "Give an e-mail address or a domain such as example.com."
            faults.append(FieldError(f"/values/{number}", "not-an-address", detail))
            continue
        wanted[subject.kind, subject.value] = Suppression(
            suppression_id=ids.new_id(),
            workspace_id=caller.workspace_id,
            kind=subject.kind,
            value=subject.value,
            reason=body.reason,
            note=body.note,
            created_by=caller.actor,
            created_at=now,
        )
    if faults:
        raise InvalidError("Some of this can't be suppressed.", faults)
    return list(wanted.values())


@router.get("")
async def list_suppressions(
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    q: Annotated[str, Query(max_length=253, description="Part of the address.")] = "",
    lifted: Annotated[bool, Query(description="Lifted ones too.")] = False,
) -> Page[SuppressionOut]:
    """Return the suppressions of the workspace, the newest first."""
    caller.require_scope(Scope.OUTREACH_READ)
    caller.require_workspace(Role.VIEWER)
    rows = await suppressions.list_suppressions(
        tx,
        workspace_id=caller.workspace_id,
        text=q.strip(),
        with_lifted=lifted,
        before=None if page.after is None else UUID(str(page.after[0])),
        limit=page.limit + 1,
    )
    return page.page(rows, key=lambda row: (row.suppression_id,), item=_answer)


@router.delete("/{suppression_id}")
async def lift_suppression(
    suppression_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    because: Annotated[
        str, Query(min_length=3, max_length=500, description="Why it may be written to again.")
    ],
) -> SuppressionOut:
    """Lift a suppression; it stays in the list with who lifted it, when and why."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    caller.require_workspace(Role.EDITOR)
    lifted = await suppressions.lift(
        tx,
        suppression_id,
        workspace_id=caller.workspace_id,
        by=caller.actor,
        because=because,
        now=clock.now(),
    )
    return _answer(lifted)


class CheckIn(BaseModel):
    """Addresses to ask about."""

    model_config = ConfigDict(extra="forbid")

    addresses: list[Annotated[str, Field(max_length=320)]] = Field(
        min_length=1, max_length=MAX_AT_ONCE
    )


class CheckOut(BaseModel):
    """Whether an address may be written to, and what forbids it."""

    address: str
    suppressed: bool
    by: str | None = Field(default=None, description="The address or domain that forbids it.")
    reason: SuppressionReason | None = None
    sentence: str


class ChecksOut(BaseModel):
    results: list[CheckOut]


@router.post("/checks")
async def check_addresses(body: CheckIn, caller: CallerDep, tx: TxDep) -> ChecksOut:
    """Say which addresses are suppressed; one that can't be read counts as suppressed."""
    caller.require_scope(Scope.OUTREACH_READ)
    if caller.is_only_client:
        raise ForbiddenError("Clients are not shown contacts.", code="role-required")
    normal = {text: normal_address(text) for text in body.addresses}
    known = await suppressions.list_covering(
        tx, [one for one in normal.values() if one], workspace_id=caller.workspace_id
    )
    results = []
    for text in body.addresses:
        address = normal[text]
        if address is None:
            sentence = "This is no e-mail address."
            results.append(CheckOut(address=text, suppressed=True, sentence=sentence))
            continue
        cover = first_cover(address, known, caller.workspace_id)
        if cover is None:
            sentence = "Nothing forbids writing to it."
            results.append(CheckOut(address=text, suppressed=False, sentence=sentence))
        else:
            found = known[cover]
            by = text if cover.kind is SuppressionKind.ERASED else cover.value
            sentence = f"{REASON_WORDS[found.reason]} ({by})."
            results.append(
                CheckOut(
                    address=text,
                    suppressed=True,
                    by=by,
                    reason=found.reason,
                    sentence=sentence,
                )
            )
    return ChecksOut(results=results)


def _require_editor(caller: Caller) -> None:
    roles = {caller.workspace_role, *caller.grants.values()}
    if not roles & {Role.OWNER, Role.EDITOR}:
        raise ForbiddenError("This needs the role editor on a site.", code="role-required")


def _answer(one: Suppression) -> SuppressionOut:
    return SuppressionOut(
        suppression_id=one.suppression_id,
        kind=one.kind,
        value=one.value,
        reason=one.reason,
        reason_words=REASON_WORDS[one.reason],
        note=one.note,
        created_by=one.created_by,
        created_at=one.created_at,
        lifted_at=one.lifted_at,
        lifted_by=one.lifted_by,
        lifted_because=one.lifted_because,
    )
