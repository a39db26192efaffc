"""The hosts that this robot never asks: kept by the operator, asked for by their owners."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.crawler.adapters.eyes import Eyes
from services.crawler.adapters.politeness import PRODUCT
from services.crawler.api.checks import EyesDep
from services.crawler.store import optouts
from shared import addresses, clock, urls
from shared.access import Caller, Scope
from shared.dependencies import CallerDep, DbDep, TxDep
from shared.errors import ConflictError, NotFoundError
from shared.vocabulary import Role

router = APIRouter(prefix="/v1/opt-outs", tags=["opt-outs"])

_OWNER = "the owner, by robots.txt"
_IN_FORCE = "Nothing of this host is fetched any more; links there are shown as not looked at."
_WAITS = "Whoever runs this Anchorwatch decides; until then its robots.txt holds as ever."


class OptOutBody(BaseModel):
    """Which host is to be left alone."""

    model_config = ConfigDict(extra="forbid")

    host: str = Field(
        max_length=2_048,
        description="A host, or a URL of it; everything below the host counts as well.",
        examples=["blog.example"],
    )
    note: str = Field(default="", max_length=1_000, description="Why, or whom to answer.")


class OptOutOut(BaseModel):
    """A host that is never asked, or of which somebody asked that."""

    host: str
    in_force: bool = Field(description="Nothing of it is fetched. False: the operator decides.")
    source: Literal["operator", "owner"]
    note: str
    requested_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    sentence: str = Field(description="What that means, in plain words.")


class OptOuts(BaseModel):
    items: list[OptOutOut]
    next_after: str | None = Field(description="Give this as `after` for the next hosts.")


@router.get("", summary="List the hosts that are never asked")
async def list_opt_outs(
    caller: CallerDep,
    tx: TxDep,
    in_force: Annotated[bool | None, Query(description="false: only what waits.")] = None,
    after: Annotated[str, Query(max_length=300)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> OptOuts:
    """Hosts in the order of their names; owners of the workspace only."""
    _require_operator(caller)
    rows = await optouts.list_all(tx, in_force=in_force, after=after, limit=limit + 1)
    more = rows[limit - 1]["host"] if len(rows) > limit else None
    return OptOuts(items=[_out(row) for row in rows[:limit]], next_after=more)


@router.put("", summary="Never ask a host again")
async def put_opt_out(body: OptOutBody, caller: CallerDep, tx: TxDep) -> OptOutOut:
    """Put a host on the list, or grant what its owner asked for; its links become unknown."""
    _require_operator(caller)
    host = _host(body.host)
    return _out(
        await optouts.save_in_force(
            tx,
            host,
            source="operator",
            note=body.note,
            by=caller.actor,
            now=clock.now(),
            key=urls.domain_or_host(host),
        )
    )


@router.post("", status_code=202, summary="Ask that a host is left alone")
async def ask_opt_out(body: OptOutBody, db: DbDep, eyes: EyesDep) -> OptOutOut:
    """Anybody may ask; it holds at once where the host's robots.txt keeps this robot out.

    Only who owns a host can write its robots.txt. Without that proof the operator decides.
    """
    host, now = _host(body.host), clock.now()
    proven = eyes is not None and await _keeps_us_out(eyes, host)
    async with db.begin() as tx:
        if proven:
            key = urls.domain_or_host(host)
            row = await optouts.save_in_force(
                tx, host, source="owner", note=body.note, by=_OWNER, now=now, key=key
            )
            return _out(row)
        if not await optouts.add_request(tx, host, body.note, now):
            raise ConflictError(
                "Too many requests wait for the operator. Let your robots.txt keep "
                f"{PRODUCT} out: that holds at once, and this form then works without waiting."
            )
        return _out(await optouts.get(tx, host))


@router.delete("/{host}", status_code=204, summary="Ask a host again")
async def remove_opt_out(host: str, caller: CallerDep, tx: TxDep) -> None:
    """Take a host off the list, or refuse what was asked for; robots.txt holds as ever."""
    _require_operator(caller)
    if not await optouts.remove(tx, host):
        raise NotFoundError("This host is not on the list.")


def _require_operator(caller: Caller) -> None:
    caller.require_scope(Scope.ADMIN)
    caller.require_workspace(Role.OWNER)


def _host(text: str) -> str:
    url = text.strip() if "://" in text else f"https://{text.strip()}/"
    return urls.host_of(addresses.check_url(url, pointer="/host", text=text.strip()))


async def _keeps_us_out(eyes: Eyes, host: str) -> bool:
    """Return whether a robots.txt of the host, read anew, forbids us everything."""
    for scheme in ("https", "http"):
        rules = await eyes.politeness.read_again(f"{scheme}://{host}")
        if rules.file.refusal is None and rules.file.body:
            return not rules.robots.allowed(PRODUCT, f"{scheme}://{host}/")
    return False


def _out(row: Any) -> OptOutOut:
    sentence = _IN_FORCE if row["in_force"] else _WAITS
    return OptOutOut(**row, sentence=sentence)
