"""What became of referring domains: parked, gone, another site, hacked, ending."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.toxicity.api.versions import site_of
from services.toxicity.domain.turns import Age
from services.toxicity.store import flags
from services.toxicity.store.flags import DomainFlag
from shared import queries
from shared.access import Scope
from shared.flag_words import FLAGS, Flag
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(tags=["toxicity"])


class FlagOut(BaseModel):
    """One thing that became of a domain; a fact, no verdict."""

    flag_id: UUID
    site_id: UUID
    domain: str
    kind: Flag
    label: str
    sentence: str
    evidence: list[str]
    todo: str
    page_url: str | None = Field(description="The page on which it was seen.")
    found_at: datetime
    ended_at: datetime | None = Field(description="When it was seen to be so no more; null: it is.")

    @classmethod
    def of(cls, one: DomainFlag) -> "FlagOut":
        words = FLAGS[one.flag]
        return cls(
            flag_id=one.flag_id,
            site_id=one.site_id,
            domain=one.domain,
            kind=one.flag,
            label=words.label,
            sentence=words.sentence,
            evidence=list(one.evidence),
            todo=words.todo,
            page_url=one.page_url,
            found_at=one.found_at,
            ended_at=one.ended_at,
        )


class AgeOut(BaseModel):
    """The earliest day of which anything tells that a domain was there: a fact, never evidence."""

    on: date
    told_by: str = Field(
        description="`source` (an import), `page` (its own date), `registry` or `us`."
    )
    sentence: str

    @classmethod
    def of(cls, age: Age) -> "AgeOut":
        return cls(on=age.on, told_by=age.told_by, sentence=age.sentence)


@router.get("/v1/sites/{site_id}/flagged-domains")
async def list_flagged_domains(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    kind: Annotated[str | None, Query(description="Only these kinds (comma = or).")] = None,
    is_open: Annotated[
        bool | None, Query(alias="open", description="true: what is so still; false: what was.")
    ] = None,
) -> Page[FlagOut]:
    """Return what became of domains that link to a site, the newest first."""
    await site_of(tx, caller, site_id, Role.VIEWER, Scope.TOXICITY_READ)
    wanted = queries.choices("kind", kind, Flag)
    before = None if page.after is None else UUID(str(page.after[0]))
    rows = await flags.list_flags(
        tx, site_id, kinds=wanted, is_open=is_open, before=before, limit=page.limit + 1
    )
    return page.page(rows, key=lambda row: (row.flag_id,), item=FlagOut.of)
