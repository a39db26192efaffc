"""The file in force, looked at: one sentence for each entry, the good links it throws away, a paragraph."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.toxicity.api.versions import own_guard, site_of
from services.toxicity.domain import building, in_force
from services.toxicity.domain.disavow.entries import DOMAIN
from services.toxicity.domain.disavow.reader import parse
from services.toxicity.domain.in_force import Effect, Found
from services.toxicity.store import in_force as links
from services.toxicity.store import versions
from shared import urls
from shared.access import Scope
from shared.errors import NotFoundError
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

MAX_ENTRIES = 5_000

router = APIRouter(prefix="/v1/sites/{site_id}/disavow", tags=["disavow"])


class EntryOut(BaseModel):
    """One entry of the file and what it does."""

    entry: str
    effect: Effect
    live: int
    followed: int
    good: int
    last_seen_on: date | None
    sentence: str


class CheckOut(BaseModel):
    """What the file in force does to the links of the site, as far as they are known."""

    version_no: int
    entries: int
    effects: dict[Effect, int]
    good: list[EntryOut] = Field(
        description="Entries that throw live, followed, good links away; all of them."
    )
    items: list[EntryOut] = Field(description=f"At most {MAX_ENTRIES:,}, the most harmful first.")
    more: int = Field(description="How many entries are not listed.")
    paragraph: str = Field(description="Can be sent to a client as it stands.")
    without_good: str = Field(
        description="The file without the entries that throw good links away."
    )


@router.get("/check")
async def check_list(site_id: UUID, caller: CallerDep, tx: TxDep) -> CheckOut:
    """Return what each entry of the newest version does, and the file without what does harm."""
    site = await site_of(tx, caller, site_id, Role.VIEWER, Scope.TOXICITY_READ)
    newest = await versions.find_last(tx, site_id)
    if newest is None:
        raise NotFoundError("No disavow file of this site is known; import the one in force.")
    entries = [item.entry for item in parse(newest.text).entries]
    domains = sorted({urls.domain_or_host(entry.host) for entry in entries})
    pages = [entry.value for entry in entries if entry.kind is not DOMAIN]
    found = in_force.look(
        entries,
        await links.list_hosts(tx, site_id, domains),
        await links.list_pages(tx, site_id, domains, pages),
        guard=await own_guard(tx, site),
    )
    harmful = [one.line for one in found.good]
    return CheckOut(
        version_no=newest.version_no,
        entries=len(entries),
        effects=found.counts(),
        good=[_out(one) for one in found.good],
        items=[_out(one) for one in found.found[:MAX_ENTRIES]],
        more=max(0, len(entries) - MAX_ENTRIES),
        paragraph=found.paragraph,
        without_good=building.without(newest.text, harmful),
    )


def _out(one: Found) -> EntryOut:
    return EntryOut(
        entry=one.line,
        effect=one.effect,
        live=one.live,
        followed=one.followed,
        good=one.good,
        last_seen_on=one.last_seen_on,
        sentence=one.sentence,
    )
