"""What each source knows of a site's links, what they share, and how much none of them may know."""

from datetime import datetime
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.profile.domain import coverage as domain
from services.profile.domain.coverage import Coverage
from services.profile.domain.imports.labels import source_label
from services.profile.store import coverage as store
from services.profile.store import sites
from shared import clock
from shared.access import Scope
from shared.dependencies import CallerDep, TxDep
from shared.vocabulary import Role

router = APIRouter(prefix="/v1/sites/{site_id}", tags=["reports"])


class ShareOut(BaseModel):
    """What one source knows."""

    source: str
    label: str
    known: int
    only: int = Field(description="Known to no other source.")


class OverlapOut(BaseModel):
    """What two sources both know, as a number and as a share of each."""

    one: str
    other: str
    both: int
    of_one: float
    of_other: float


class EstimateOut(BaseModel):
    """How many there probably are, at least, with the interval of 95 %."""

    total: int
    low: int
    high: int


class UnitsOut(BaseModel):
    """Coverage of referring pages, or of referring domains."""

    known: int
    sources: list[ShareOut]
    overlaps: list[OverlapOut]
    estimate: EstimateOut | None = Field(description="null: too few to say.")
    sentence: str

    @classmethod
    def of(cls, found: Coverage) -> Self:
        shares = [
            ShareOut(
                source=one.source, label=source_label(one.source), known=one.known, only=one.only
            )
            for one in found.shares
        ]
        overlaps = [
            OverlapOut(
                one=pair.one,
                other=pair.other,
                both=pair.both,
                of_one=pair.of_one,
                of_other=pair.of_other,
            )
            for pair in found.overlaps
        ]
        guess = found.estimate
        estimate = guess and EstimateOut(total=guess.total, low=guess.low, high=guess.high)
        return cls(
            known=found.known,
            sources=shares,
            overlaps=overlaps,
            estimate=estimate,
            sentence=found.sentence,
        )


class FreshnessOut(BaseModel):
    """How new the data of a source is."""

    source: str
    label: str
    imported_at: datetime
    data_until: datetime | None = Field(description="The newest date that it knows of.")
    reminder: str | None = Field(description="What to do where it has become old.")


class CoverageOut(BaseModel):
    """Who knows what of a site, and what may be known to nobody."""

    pages: UnitsOut
    domains: UnitsOut
    assumptions: list[str]
    freshness: list[FreshnessOut]
    new_links_known_until: datetime | None = Field(
        description="New links can be known up to then, from imports and from our own looks."
    )


@router.get("/coverage")
async def get_coverage(site_id: UUID, caller: CallerDep, tx: TxDep) -> CoverageOut:
    """Return the coverage and overlap of the sources, with an estimate of what none of them knows."""
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.VIEWER)
    site = await sites.get_site(tx, caller.workspace_id, site_id)
    pages = await store.count_sets(tx, site_id, domains=False)
    domains = await store.count_sets(tx, site_id, domains=True)
    dates, now = await store.list_source_dates(tx, site_id), clock.now()
    until = [moment for _, moment in dates.values() if moment is not None]
    return CoverageOut(
        pages=UnitsOut.of(domain.coverage(pages, noun="referring pages")),
        domains=UnitsOut.of(domain.coverage(domains, noun="referring domains")),
        assumptions=list(domain.ASSUMPTIONS),
        freshness=[
            FreshnessOut(
                source=source,
                label=source_label(source),
                imported_at=imported_at,
                data_until=data_until,
                reminder=domain.reminder(source_label(source), data_until or imported_at, now=now),
            )
            for source, (imported_at, data_until) in sorted(dates.items())
        ],
        new_links_known_until=max(
            [*until, *([site.discovered_until] if site.discovered_until else [])], default=None
        ),
    )
