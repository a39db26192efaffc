"""Links by which anybody may see one piece of evidence for a while, without an account."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from services.crawler.api.evidence import find_row
from services.crawler.api.showing import opened, page_answer
from services.crawler.domain.evidence.html import CONTENT_POLICY, ended_page
from services.crawler.store import exhibits
from services.crawler.store.exhibits import Row
from shared import clock
from shared.access import Scope
from shared.dependencies import CallerDep, TxDep
from shared.ids import new_id
from shared.inputs import Whole
from shared.share_tokens import read_token, token_of
from shared.vocabulary import Role

router = APIRouter(prefix="/v1/links/{link_id}/evidence/{evidence_id}/shares", tags=["evidence"])
public = APIRouter(include_in_schema=False)

WEEK_H = 7 * 24
LONGEST_H = 90 * 24
PATH = "/shared/evidence"
PURPOSE = "evidence share"


class ShareBody(BaseModel):
    """For how long the link is to work."""

    model_config = ConfigDict(extra="forbid")

    hours: Whole = Field(default=WEEK_H, ge=1, le=LONGEST_H, description="How long it works.")


class ShareOut(BaseModel):
    """A link that shows one piece of evidence to whoever has it."""

    id: UUID
    path: str = Field(description="Below the address of this Anchorwatch.")
    url: str | None = Field(description="The whole address, where public_url is set.")
    created_by: str
    created_at: datetime
    expires_at: datetime


class Shares(BaseModel):
    items: list[ShareOut]


async def get_base(request: Request) -> str | None:
    base: str | None = request.app.state.public_url
    return base


async def get_secret(request: Request) -> bytes:
    secret: bytes = request.app.state.secret
    return secret


BaseDep = Annotated[str | None, Depends(get_base)]
SecretDep = Annotated[bytes, Depends(get_secret)]


@router.post("", status_code=201)
async def create_share(
    link_id: UUID,
    evidence_id: UUID,
    body: ShareBody,
    caller: CallerDep,
    tx: TxDep,
    secret: SecretDep,
    base: BaseDep,
) -> ShareOut:
    """Make a link by which anybody may see this evidence; it ends by itself, or when revoked."""
    caller.require_scope(Scope.LINKS_WRITE)
    row = await find_row(tx, caller, link_id, evidence_id)
    caller.require(row["site_id"], Role.EDITOR)
    opened(row)  # what was emptied cannot be shown
    now = clock.now()
    share: dict[str, Any] = {
        "share_id": new_id(),
        "actor": caller.actor,
        "expires_at": (now + timedelta(hours=body.hours)).replace(microsecond=0),
    }
    await exhibits.add_share(tx, row, now=now, **share)
    return _out({**share, "created_at": now}, secret, base)


@router.get("")
async def list_shares(
    link_id: UUID,
    evidence_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    secret: SecretDep,
    base: BaseDep,
) -> Shares:
    """Return the links that lead to this evidence now; whoever may not share does not see them."""
    row = await find_row(tx, caller, link_id, evidence_id)
    caller.require(row["site_id"], Role.EDITOR)
    rows = await exhibits.list_shares(tx, evidence_id, clock.now())
    return Shares(items=[_out(one, secret, base) for one in rows])


@router.delete("/{share_id}", status_code=204)
async def revoke_share(
    link_id: UUID, evidence_id: UUID, share_id: UUID, caller: CallerDep, tx: TxDep
) -> Response:
    """End a link at once."""
    caller.require_scope(Scope.LINKS_WRITE)
    row = await find_row(tx, caller, link_id, evidence_id)
    caller.require(row["site_id"], Role.EDITOR)
    await exhibits.revoke_share(tx, evidence_id, share_id, clock.now())
    return Response(status_code=204)


@public.get(PATH + "/{token}")
async def show_shared(token: str, tx: TxDep, secret: SecretDep) -> HTMLResponse:
    """Show evidence to whoever has the link; the gateway lets it through without a caller."""
    now = clock.now()
    share_id = read_token(token, purpose=PURPOSE, secret=secret, now=now)
    row = await exhibits.find_shared(tx, share_id, now) if share_id is not None else None
    if row is None:
        headers = {"Content-Security-Policy": CONTENT_POLICY}
        return HTMLResponse(ended_page(), status_code=404, headers=headers)
    before = await exhibits.find_before(tx, row)
    return await page_answer(row, before, shared_until=row["shared_until"])


def _out(row: Row, secret: bytes, base: str | None) -> ShareOut:
    token = token_of(row["share_id"], row["expires_at"], purpose=PURPOSE, secret=secret)
    path = f"{PATH}/{token}"
    return ShareOut(
        id=row["share_id"],
        path=path,
        url=f"{base.rstrip('/')}{path}" if base else None,
        created_by=row["actor"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )
