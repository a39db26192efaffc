"""The audit of a site: a dated object made of figures that each open the list they count; pure."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson

from services.profile.domain import figures, health
from services.profile.domain.anchors import (
    AnchorCount,
    AnchorWarning,
    Distribution,
    KindCount,
    distribution,
    overlaps,
)
from services.profile.domain.filters import LinkFilter
from services.profile.domain.site import Site
from services.profile.domain.velocity import Period
from shared import words
from shared.vocabulary import Action, AnchorKind, Band, ContractState, LinkStatus, Reason

MODEL = "profile-audit-2"
EVIDENCE = 5
WORTH_ACTION = (Action.REVIEW, Action.REQUEST_REMOVAL, Action.PROPOSE_DISAVOW)
_PRESENT = (LinkStatus.LIVE, LinkStatus.CHANGED)
_TOTALS = (
    *("links", "links_present", "links_counting", "links_followed", "referring_domains"),
    *("confirming", "gained_30d", "lost_30d", "off_contract", "unseen_14d"),
)


@dataclass(frozen=True, slots=True)
class FindingKind:
    """One thing that an audit looks for: its list, and its words."""

    code: str
    severity: str
    wanted: LinkFilter
    query: str
    one: str
    many: str
    todo: str


FINDINGS = (
    FindingKind(
        "lost_links",
        "high",
        LinkFilter(status=(LinkStatus.LOST,)),
        "status=lost",
        "1 link is gone, confirmed by a second look.",
        "{count} links are gone, confirmed by a second look.",
        "Ask for the valuable ones back while the editor still remembers.",
    ),
    FindingKind(
        "off_contract",
        "high",
        LinkFilter(contract_state=(ContractState.MISMATCHED,)),
        "contract_state=mismatched",
        "1 agreed link is not as agreed.",
        "{count} agreed links are not as agreed.",
        "Send the vendor what differs; each link's page shows it.",
    ),
    FindingKind(
        "no_longer_followed",
        "medium",
        LinkFilter(
            status=_PRESENT,
            reason=(Reason.NOFOLLOW_ADDED, Reason.SPONSORED_ADDED, Reason.UGC_ADDED),
        ),
        "status=live,changed&reason=nofollow_added,sponsored_added,ugc_added",
        "1 link was followed and no longer is.",
        "{count} links were followed and no longer are.",
        "Ask whether that was meant; a new theme or plugin often does it to all links.",
    ),
    FindingKind(
        "page_not_indexable",
        "medium",
        LinkFilter(status=_PRESENT, indexable=False),
        "status=live,changed&indexable=false",
        "1 link stands on a page that search engines are told to leave out.",
        "{count} links stand on pages that search engines are told to leave out.",
        "Such a link does not count; ask for another page where you paid for it.",
    ),
    FindingKind(
        "changed_links",
        "medium",
        LinkFilter(status=(LinkStatus.CHANGED,)),
        "status=changed",
        "1 link changed and waits for your word.",
        "{count} links changed and wait for your word.",
        "Take over what you agree with; ask about the rest.",
    ),
    FindingKind(
        "worth_a_look",
        "medium",
        LinkFilter(toxicity_action=WORTH_ACTION),
        f"toxicity_action={','.join(WORTH_ACTION)}",
        "1 link looks unnatural enough for a person to see it.",
        "{count} links look unnatural enough for a person to see them.",
        "Read the evidence; doing nothing is often right, search engines ignore most of it.",
    ),
    FindingKind(
        "not_found",
        "low",
        LinkFilter(status=(LinkStatus.NOT_FOUND,)),
        "status=not_found",
        "1 claimed link is not on its page.",
        "{count} claimed links are not on their pages.",
        "Other tools are often months behind; nothing was lost while we looked.",
    ),
    FindingKind(
        "could_not_look",
        "low",
        LinkFilter(status=(LinkStatus.UNKNOWN,)),
        "status=unknown",
        "1 link could not be looked at.",
        "{count} links could not be looked at.",
        "Nothing is known to be wrong: the sites stop robots, or were down.",
    ),
)


@dataclass(frozen=True, slots=True)
class AuditInputs:
    """What an audit is made of, read at one moment."""

    site: Site
    overview: Mapping[str, Any]
    reasons: Mapping[str, int]
    rel: Mapping[str, int]
    kinds: Sequence[KindCount]
    texts: Sequence[AnchorCount]
    bands: Mapping[str, int]
    actions: Mapping[str, int]
    toxicity_models: Sequence[str]
    months: Sequence[Period]
    domains: Mapping[str, int]
    positions: Mapping[str, int]
    origins: Mapping[str, Sequence[Mapping[str, Any]]]
    sitewide: Sequence[Mapping[str, Any]]
    targets: Sequence[Mapping[str, Any]]
    imports: Sequence[Mapping[str, Any]]
    counts: Mapping[str, int]
    evidence: Mapping[str, Sequence[Mapping[str, Any]]]
    links_hash: str
    lost_90d: int
    contracts: int
    known_until: datetime | None


def build_audit(
    inputs: AuditInputs, *, audit_id: UUID, number: int, now: datetime
) -> dict[str, Any]:
    """Return the whole audit as the API gives it."""
    toxicity = _toxicity(inputs)
    return {
        "id": str(audit_id),
        "site_id": str(inputs.site.site_id),
        "number": number,
        "created_at": now.isoformat(),
        "site": {"domain": inputs.site.domain, "name": inputs.site.name},
        "totals": _totals(inputs),
        "referring_domains": dict(inputs.domains),
        "statuses": {status: inputs.overview.get(status, 0) for status in LinkStatus},
        "reasons": [_reason(code, count) for code, count in _largest_first(inputs.reasons)],
        "rel": dict(inputs.rel),
        "positions": dict(inputs.positions),
        "origins": {by: [dict(one) for one in groups] for by, groups in inputs.origins.items()},
        "sitewide": [dict(one) for one in inputs.sitewide],
        "anchors": _anchors(inputs),
        "toxicity": toxicity,
        "velocity": _velocity(inputs),
        "targets": [dict(target) for target in inputs.targets],
        "imports": [dict(row) for row in inputs.imports],
        "findings": list(_findings(inputs)),
        "figures": figures.as_rows(list(_figures(inputs, toxicity, now))),
        "health": health.as_section(health.health_of(_health_facts(inputs, toxicity))),
        "inputs_hash": inputs_hash(inputs),
        "model": "; ".join([MODEL, *inputs.toxicity_models]),
    }


def _figures(
    inputs: AuditInputs, toxicity: Mapping[str, Any], now: datetime
) -> Iterator[figures.Figure]:
    lists = figures.Lists(inputs.site.site_id, now)
    yield from figures.totals(lists, inputs.overview)
    yield from figures.domains(lists, inputs.domains)
    yield from figures.rels(lists, inputs.rel)
    yield from figures.places(lists, inputs.positions)
    yield from figures.origins(lists, inputs.origins)
    yield from figures.anchors(lists, inputs.kinds, inputs.texts)
    yield from figures.toxicity(lists, toxicity)
    yield from figures.moves(lists, inputs.months)
    yield from figures.targets(lists, inputs.targets)
    yield from figures.sitewide(lists, inputs.sitewide)
    yield from figures.reasons(lists, inputs.reasons)


def _health_facts(inputs: AuditInputs, toxicity: Mapping[str, Any]) -> health.Facts:
    overview = inputs.overview
    broken = [target for target in inputs.targets if target["broken"]]
    return health.Facts(
        present=overview.get("links_present", 0),
        not_indexable=inputs.counts.get("page_not_indexable", 0),
        on_broken_targets=sum(target["links_present"] for target in broken),
        lost_90d=inputs.lost_90d,
        off_contract=overview.get("off_contract", 0),
        contracts=inputs.contracts,
        judged=toxicity["judged"],
        worth_action=toxicity["worth_action"]["links"],
    )


def inputs_hash(inputs: AuditInputs) -> str:
    """Return the fingerprint of everything that the audit says, without when it was said."""
    site = inputs.site
    parts = {
        "model": MODEL,
        "toxicity": sorted(inputs.toxicity_models),
        "links": inputs.links_hash,
        "hosts": sorted(site.hosts),
        "brands": sorted(site.brands),
        "keywords": sorted(site.keywords),
        "imports": sorted(str(row["sha256"]) for row in inputs.imports),
    }
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _totals(inputs: AuditInputs) -> dict[str, int]:
    return {name: inputs.overview.get(name, 0) for name in _TOTALS}


def _reason(code: str, count: int) -> dict[str, Any]:
    return {"reason": code, "label": words.reason(Reason(code)).label, "count": count}


def _largest_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _anchors(inputs: AuditInputs) -> dict[str, Any]:
    found = _distribution(inputs)
    return {
        "sentence": found.verdict,
        "by_domain": {count.kind: count.domains for count in inputs.kinds},
        "by_link": {count.kind: count.links for count in inputs.kinds},
        "groups": [asdict(share) for share in found.shares],
        "coverage": found.coverage,
        "warnings": [asdict(warning) for warning in found.warnings],
        "overlap": list(found.overlap),
        "top": [asdict(text) for text in inputs.texts],
    }


def _distribution(inputs: AuditInputs) -> Distribution:
    site = inputs.site
    return distribution(
        inputs.kinds,
        inputs.texts,
        domains=inputs.overview.get("referring_domains", 0),
        overlap=overlaps(site.brands, site.keywords),
    )


def _toxicity(inputs: AuditInputs) -> dict[str, Any]:
    """Return the two densities: junk that search engines ignore, and what is worth action."""
    judged = sum(n for band, n in inputs.bands.items() if band != Band.INSUFFICIENT_DATA)
    ignored = inputs.actions.get(Action.NO_ACTION_NEEDED, 0)
    worth = sum(n for action, n in inputs.actions.items() if action in WORTH_ACTION)
    return {
        "bands": {band: inputs.bands.get(band, 0) for band in Band},
        "judged": judged,
        "worth_action": {"links": worth, "share": worth / judged if judged else 0.0},
        "ignored_by_search_engines": {
            "links": ignored,
            "share": ignored / judged if judged else 0.0,
        },
    }


def _velocity(inputs: AuditInputs) -> dict[str, Any]:
    months = [
        {
            "at": month.starts_on.isoformat(),
            "gained_links": month.gained_links,
            "lost_links": month.lost_links,
            "recovered_links": month.recovered_links,
            "net_links": month.net_links,
            "gained_domains": month.gained_domains,
            "lost_domains": month.lost_domains,
            "net_domains": month.net_domains,
        }
        for month in inputs.months
    ]
    known = inputs.known_until
    return {"months": months, "known_up_to": known.isoformat() if known else None}


def _findings(inputs: AuditInputs) -> list[dict[str, Any]]:
    """Return what was found, the gravest first; nothing found is no finding."""
    found = [_finding(inputs, kind) for kind in FINDINGS if inputs.counts.get(kind.code, 0) > 0]
    found += _anchor_findings(inputs)
    found += _broken_targets(inputs)
    rank = {"high": 0, "medium": 1, "low": 2}
    return sorted(found, key=lambda one: (rank[one["severity"]], -one["count"], one["code"]))


def _finding(inputs: AuditInputs, kind: FindingKind) -> dict[str, Any]:
    count = inputs.counts[kind.code]
    return {
        "code": kind.code,
        "severity": kind.severity,
        "sentence": kind.one if count == 1 else kind.many.format(count=f"{count:,}"),
        "todo": kind.todo,
        "count": count,
        "list_url": f"/v1/sites/{inputs.site.site_id}/links?{kind.query}",
        "evidence": [dict(link) for link in inputs.evidence.get(kind.code, ())],
    }


def _anchor_findings(inputs: AuditInputs) -> list[dict[str, Any]]:
    return [
        {
            "code": f"anchors_{warning.code}",
            "severity": "medium",
            "sentence": warning.sentence,
            "todo": warning.todo,
            **_anchor_list(inputs, warning),
            "evidence": [{"anchor_text": warning.anchor}] if warning.anchor else [],
        }
        for warning in _distribution(inputs).warnings
    ]


def _anchor_list(inputs: AuditInputs, warning: AnchorWarning) -> dict[str, Any]:
    """Return the list of domains that a warning about anchors is about, and how many there are."""
    query: dict[str, str] = {"status": "live,changed"}
    if warning.anchor is None:
        query["anchor_kind"] = AnchorKind.EXACT
        count = sum(one.domains for one in inputs.kinds if one.kind is AnchorKind.EXACT)
    else:
        of_text = next(one for one in inputs.texts if one.text == warning.anchor)
        query |= {"anchor": of_text.text, "anchor_kind": of_text.kind}
        count = of_text.domains
    path = f"/v1/sites/{inputs.site.site_id}/domains?{urlencode(query, safe=',')}"
    return {"count": count, "list_url": path}


def _broken_targets(inputs: AuditInputs) -> list[dict[str, Any]]:
    broken = [target for target in inputs.targets if target["broken"]]
    if not broken:
        return []
    links = sum(target["links_present"] for target in broken)
    return [
        {
            "code": "broken_targets",
            "severity": "high",
            "sentence": _broken_sentence(links, len(broken)),
            "todo": "Restore the pages, or redirect each to the page that took its place.",
            "count": len(broken),
            "list_url": f"/v1/sites/{inputs.site.site_id}/targets?broken=true",
            "evidence": broken[:EVIDENCE],
        }
    ]


def _broken_sentence(links: int, pages: int) -> str:
    subject = "1 link points" if links == 1 else f"{links:,} links point"
    if pages == 1:
        return f"{subject} at a page of yours that does not answer well."
    return f"{subject} at {pages:,} pages of yours that do not answer well."
