"""What a plan for new links needs to know of a site; asked by the gateway only, which carries it to outreach."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from fastapi import APIRouter

from services.profile.api.growth import anchors_of
from services.profile.domain.anchor import DEFAULT_LANGUAGES
from services.profile.domain.site import Site
from services.profile.domain.velocity import Known, known_months, previous_month
from services.profile.store import figures, planning, sites
from shared import clock, urls
from shared.access import Scope
from shared.db import Tx
from shared.dependencies import CallerDep, TxDep
from shared.planning import (
    LONGEST_TEXT,
    MONTHS_BACK,
    MOST_TARGETS,
    AnchorChange,
    CompetitorFacts,
    FactsIn,
    HostFacts,
    MonthCount,
    SiteFacts,
    TargetFacts,
    TextCount,
)
from shared.vocabulary import Role

router = APIRouter(prefix="/internal", include_in_schema=False)
_TEXTS_OF_TARGET = 15
_TEXTS_OF_HOST = 100
_TARGETS_OF_HOST = 20
_COMPETITORS = 20
_CHANGES = 5
_LOOK_BACK = timedelta(days=2 * 365)


@router.post("/sites/{site_id}/planning")
async def get_facts(site_id: UUID, body: FactsIn, caller: CallerDep, tx: TxDep) -> SiteFacts:
    """Return what is known of a site, its pages and its growth; of one host where it is named."""
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.VIEWER)
    site = await sites.get_site(tx, caller.workspace_id, site_id)
    now = clock.now()
    known_until = (await figures.list_known_until(tx, [site_id])).get(site_id)
    anchors = await anchors_of(tx, site_id)
    return SiteFacts(
        as_of=now,
        domain=site.domain,
        hosts=list(site.hosts),
        brands=list(site.brands),
        keywords=list(site.keywords),
        languages=list(site.settings.get("languages") or DEFAULT_LANGUAGES),
        domains=anchors.domains,
        kinds={count.kind: count.domains for count in anchors.kinds},
        months=await _months(tx, site, known_until, today=now.date()),
        known_until=known_until,
        competitors=await _competitors(tx, site_id, today=now.date()),
        targets=await _targets(tx, site_id, body.target_urls),
        texts=[
            TextCount(text=t.text, kind=t.kind, domains=t.domains)
            for t in anchors.texts
            if len(t.text) <= LONGEST_TEXT
        ],
        changes_needed=anchors.plan.changes_needed,
        changes=[
            AnchorChange(
                referring_domain=one.candidate.referring_domain,
                target_url=one.candidate.target_url,
                anchor_text=one.candidate.anchor_text,
                label=one.label,
            )
            for one in anchors.plan.changes[:_CHANGES]
        ],
        host=await _host(tx, site_id, body.referring_domain),
    )


async def _months(
    tx: Tx, site: Site, known_until: datetime | None, *, today: date
) -> list[MonthCount]:
    """Count by month from when on the site is known: from its making, or its first dated link."""
    if known_until is None:
        return []
    moves = await figures.get_moves(tx, site.site_id, since=today - _LOOK_BACK)
    began = [*moves.gained_domains, *([site.created_at.date()] if site.created_at else [])]
    known = Known(min(began, default=today), min(known_until.date(), today))
    months = known_months(moves.gained_domains, known, today=today, most=MONTHS_BACK)
    return [MonthCount(month=month, count=count) for month, count in months]


async def _competitors(tx: Tx, site_id: UUID, *, today: date) -> list[CompetitorFacts]:
    first = last = previous_month(today)
    for _ in range(MONTHS_BACK - 1):
        first = previous_month(first)
    rows = await planning.list_competitor_months(
        tx, site_id, first=first, last=last, limit=_COMPETITORS
    )
    months: dict[str, list[MonthCount]] = {}
    for row in rows:
        one = MonthCount(month=row["month"], count=row["count"])
        months.setdefault(row["competitor"], []).append(one)
    return [CompetitorFacts(competitor=name, months=found) for name, found in months.items()]


async def _targets(tx: Tx, site_id: UUID, wanted: Sequence[str]) -> list[TargetFacts]:
    """Return the pages that most domains link to, and the wanted ones, linked to or not."""
    asked = _by_key(wanted)
    rows = await planning.list_targets(tx, site_id, wanted=list(asked), limit=MOST_TARGETS)
    keys = list(dict.fromkeys([*(row["target_key"] for row in rows), *asked]))
    titles = await planning.list_titles(tx, site_id, keys)
    texts: dict[UUID, list[TextCount]] = {}
    for row in await planning.list_texts_of_targets(tx, site_id, keys, limit=_TEXTS_OF_TARGET):
        one = TextCount(text=row["text"], kind=row["kind"], domains=row["domains"])
        texts.setdefault(row["target_key"], []).append(one)
    linked = {row["target_key"]: row for row in rows}
    found = []
    for key in keys:
        more = {"title": titles.get(key), "texts": texts.get(key, [])}
        if key in linked:
            more |= {name: linked[key][name] for name in ("url", "domains", "exact", "broken")}
        found.append(TargetFacts.model_validate({"url": asked.get(key, "")} | more))
    return found


def _by_key(addresses: Sequence[str]) -> Mapping[UUID, str]:
    found = [urls.from_text(text) for text in addresses[:MOST_TARGETS]]
    return {urls.page_id(url): urls.normalise(url) for url in found if url is not None}


async def _host(tx: Tx, site_id: UUID, text: str | None) -> HostFacts | None:
    host = urls.host_of(urls.from_text(text) or "") if text else ""
    domain = urls.domain_or_host(host) if host else ""
    if not domain:
        return None
    row = await planning.get_host(
        tx, site_id, domain, texts=_TEXTS_OF_HOST, targets=_TARGETS_OF_HOST
    )
    return HostFacts(domain=domain, links=row["links"], texts=row["texts"], targets=row["targets"])
