"""The audit of a site: a dated object made of figures that each open the list they count; pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.profile.domain.anchors import (
    AnchorCount,
    Distribution,
    KindCount,
    distribution,
    overlaps,
)
from services.profile.domain.filters import LinkFilter
from services.profile.domain.site import Site
from services.profile.domain.velocity import Period
from shared import words
from shared.vocabulary import Action, Band, ContractState, LinkStatus, Reason

MODEL = "profile-audit-1"
EVIDENCE = 5
WORTH_ACTION = frozenset({Action.REVIEW, Action.REQUEST_REMOVAL, Action.PROPOSE_DISAVOW})
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
        LinkFilter(toxicity_band=(Band.REVIEW, Band.PROPOSE_DISAVOW)),
        "toxicity_band=review,propose_disavow",
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
    targets: Sequence[Mapping[str, Any]]
    imports: Sequence[Mapping[str, Any]]
    counts: Mapping[str, int]
    evidence: Mapping[str, Sequence[Mapping[str, Any]]]
    links_hash: str
    known_until: datetime | None


def build_audit(
    inputs: AuditInputs, *, audit_id: UUID, number: int, now: datetime
) -> dict[str, Any]:
    """Return the whole audit as the API gives it."""
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
        "anchors": _anchors(inputs),
        "toxicity": _toxicity(inputs),
        "velocity": _velocity(inputs),
        "targets": [dict(target) for target in inputs.targets],
        "imports": [dict(row) for row in inputs.imports],
        "findings": list(_findings(inputs)),
        "inputs_hash": inputs_hash(inputs),
        "model": "; ".join([MODEL, *inputs.toxicity_models]),
    }


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
        "sentence": kind.one if count == 1 else kind.many.format(count=count),
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
            "count": 1,
            "list_url": f"/v1/sites/{inputs.site.site_id}/anchors",
            "evidence": [{"anchor_text": warning.anchor}] if warning.anchor else [],
        }
        for warning in _distribution(inputs).warnings
    ]


def _broken_targets(inputs: AuditInputs) -> list[dict[str, Any]]:
    broken = [target for target in inputs.targets if target["broken"]]
    if not broken:
        return []
    links = sum(target["links_present"] for target in broken)
    return [
        {
            "code": "broken_targets",
            "severity": "high",
            "sentence": f"{links} links point at {len(broken)} pages of yours that do not answer well.",
            "todo": "Restore the pages, or redirect each to the page that took its place.",
            "count": len(broken),
            "list_url": f"/v1/sites/{inputs.site.site_id}/targets?broken=true",
            "evidence": broken[:EVIDENCE],
        }
    ]
