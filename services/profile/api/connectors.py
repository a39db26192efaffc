"""Connectors: keys of services that sell links, what they may cost, and pulls from them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from services.profile.domain.connectors import (
    CONNECTORS,
    LABELS,
    MAX_ROWS,
    Provider,
    estimate_pull,
)
from services.profile.store import connectors, sites
from services.profile.store.connectors import (
    Connected,
    queue_pull,
    refusal_of,
    sealed_key_of,
)
from shared import clock
from shared.access import Caller, Scope
from shared.db import Tx
from shared.dependencies import CallerDep, TxDep
from shared.errors import ConflictError, FieldError, InvalidError, NotFoundError
from shared.job_routes import JobOut
from shared.vault import Vault
from shared.vocabulary import Role

router = APIRouter(prefix="/v1/sites/{site_id}/connectors", tags=["connectors"])
_SHORTEST_KEY, _LONGEST_KEY = 8, 500
_LARGEST_CAP = 1_000_000_000_000


async def _vault(request: Request) -> Vault:
    vault: Vault = request.app.state.vault
    return vault


VaultDep = Annotated[Vault, Depends(_vault)]


class ConnectorIn(BaseModel):
    """What a connector may do; the key is written and never shown again."""

    model_config = ConfigDict(extra="forbid")

    key: SecretStr | None = Field(
        default=None,
        description="The API key; for DataForSEO `login:password`. Left out, the stored one stays.",
    )
    monthly_cap: int = Field(
        strict=True, ge=0, le=_LARGEST_CAP, description="Most units of a month (UTC)."
    )
    rows_per_pull: int = Field(
        default=1_000, strict=True, ge=1, le=MAX_ROWS, description="Most rows of a pull."
    )
    weekly: bool = Field(default=False, description="Pull what is new once a week.")


class ConnectorOut(BaseModel):
    """A connector, without its key."""

    provider: Provider
    label: str = Field(description="The provider's name.")
    unit: str = Field(description="What its units are.")
    has_key: bool = Field(description="Always true: the key itself is never shown.")
    monthly_cap: int
    used: int = Field(description="Units of this month, those of a running call included.")
    rows_per_pull: int
    weekly: bool
    estimate: int = Field(description="The most that the next pull can cost.")
    pulled_until: datetime | None = Field(description="The next pull asks for links since then.")
    note: str | None = Field(description="How the last pull ended, in words.")
    created_at: datetime

    @classmethod
    def of(cls, mine: Connected) -> "ConnectorOut":
        connector = CONNECTORS[mine.provider]
        return cls(
            provider=mine.provider,
            label=LABELS[mine.provider],
            unit=connector.unit,
            has_key=True,
            monthly_cap=mine.monthly_cap,
            used=mine.used_in(clock.now()),
            rows_per_pull=mine.rows_per_pull,
            weekly=mine.weekly,
            estimate=estimate_pull(connector, mine.rows_per_pull),
            pulled_until=mine.pulled_until,
            note=mine.note,
            created_at=mine.created_at,
        )


class ConnectorsOut(BaseModel):
    """The connectors of a site."""

    items: list[ConnectorOut]


class PullOut(BaseModel):
    """What a pull may cost, and the job that does it."""

    provider: Provider
    estimate: int = Field(description="The most that the whole pull can cost, in units.")
    unit: str
    used: int
    monthly_cap: int
    fits: bool = Field(description="Whether the whole pull fits under the cap of this month.")
    refused: str | None = Field(description="Why not even its first call would be made.")
    since: datetime | None = Field(description="Only links first seen since then; null: all.")
    job: JobOut | None = Field(description="null for a dry run.")


@router.get("")
async def list_connectors(site_id: UUID, caller: CallerDep, tx: TxDep) -> ConnectorsOut:
    """Return the connectors of a site; no key is ever shown."""
    await _site(tx, caller, site_id, Scope.LINKS_READ, Role.VIEWER)
    found = await connectors.list_of_site(tx, site_id)
    return ConnectorsOut(items=[ConnectorOut.of(mine) for mine in found])


@router.get("/{provider}")
async def get_connector(
    site_id: UUID, provider: Provider, caller: CallerDep, tx: TxDep
) -> ConnectorOut:
    """Return one connector; its key is never shown."""
    await _site(tx, caller, site_id, Scope.LINKS_READ, Role.VIEWER)
    return ConnectorOut.of(await connectors.get(tx, site_id, provider))


@router.put("/{provider}")
async def set_connector(
    site_id: UUID,
    provider: Provider,
    given: ConnectorIn,
    caller: CallerDep,
    tx: TxDep,
    vault: VaultDep,
) -> ConnectorOut:
    """Set the key and the monthly cap of a connector; nothing is asked of the provider yet."""
    await _site(tx, caller, site_id, Scope.LINKS_WRITE, Role.EDITOR)
    sealed = None
    if given.key is not None:
        sealed = sealed_key_of(vault, site_id, provider, _key(given.key, provider))
    mine = await connectors.save(
        tx,
        caller.workspace_id,
        site_id,
        provider,
        sealed_key=sealed,
        monthly_cap=given.monthly_cap,
        rows_per_pull=given.rows_per_pull,
        weekly=given.weekly,
    )
    if mine is None:
        raise _bad_key(f"Give your API key of {LABELS[provider]}.")
    return ConnectorOut.of(mine)


@router.delete("/{provider}", status_code=204)
async def remove_connector(site_id: UUID, provider: Provider, caller: CallerDep, tx: TxDep) -> None:
    """Forget a connector with its key; the links that came through it stay."""
    await _site(tx, caller, site_id, Scope.LINKS_WRITE, Role.EDITOR)
    if not await connectors.remove(tx, site_id, provider):
        raise NotFoundError("This site has no such connector.")


@router.post("/{provider}/pulls", status_code=202)
async def pull(
    site_id: UUID,
    provider: Provider,
    response: Response,
    caller: CallerDep,
    tx: TxDep,
    dry_run: Annotated[bool, Query(description="Say what it may cost, ask nothing.")] = False,
) -> PullOut:
    """Pull what is new since the last pull, in a job; no call is made that could pass the cap."""
    await _site(tx, caller, site_id, Scope.LINKS_WRITE, Role.EDITOR)
    mine = await connectors.get(tx, site_id, provider, lock=True)
    out = _estimate(mine)
    if dry_run:
        response.status_code = 200
        return out
    if out.refused is not None:
        raise ConflictError(out.refused)
    if await connectors.is_pulling(tx, site_id, provider):
        raise ConflictError("A pull is running already.")
    job = await queue_pull(tx, mine, actor=caller.actor)
    response.headers["Location"] = f"/v1/jobs/{job.job_id}"
    return out.model_copy(update={"job": JobOut.of(job)})


def _estimate(mine: Connected) -> PullOut:
    connector, now = CONNECTORS[mine.provider], clock.now()
    whole = estimate_pull(connector, mine.rows_per_pull)
    first = connector.estimate(connector.calls(mine.rows_per_pull)[0])
    used = mine.used_in(now)
    return PullOut(
        provider=mine.provider,
        estimate=whole,
        unit=connector.unit,
        used=used,
        monthly_cap=mine.monthly_cap,
        fits=used + whole <= mine.monthly_cap,
        refused=None if used + first <= mine.monthly_cap else refusal_of(mine, first, now),
        since=mine.pulled_until,
        job=None,
    )


async def _site(tx: Tx, caller: Caller, site_id: UUID, scope: Scope, role: Role) -> None:
    caller.require_scope(scope)
    caller.require(site_id, role)
    await sites.get_site(tx, caller.workspace_id, site_id)


def _key(given: SecretStr, provider: Provider) -> str:
    """Return a key that can be sent as it is; what is wrong is told without it."""
    key = given.get_secret_value().strip()
    if not _SHORTEST_KEY <= len(key) <= _LONGEST_KEY or not all(
        "!" <= letter <= "~" for letter in key
    ):
        raise _bad_key("This is no API key: those are letters, digits and signs without blanks.")
    if provider is Provider.DATAFORSEO and not all(key.partition(":")):
        raise _bad_key("DataForSEO takes your API login and password, as login:password.")
    return key


def _bad_key(detail: str) -> InvalidError:
    return InvalidError(detail, [FieldError("/key", "invalid_key", detail)])
