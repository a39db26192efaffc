"""What stands in which column of an export: our own layout, that of Ahrefs and that of Semrush."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.profile.domain.filters import METRICS
from shared.access import is_hidden_field
from shared.vocabulary import LinkKind, Position

Item = Mapping[str, Any]
Cell = str | int | float | bool | datetime | None

_PLAIN = (
    *("id", "referring_url", "target_url", "referring_domain", "status", "last_good_status"),
    *("reasons", "counts", "followed", "rel", "kind", "position", "anchor_text", "anchor_kind"),
    *("indexable", "http_status", "final_url", "authority", "value", "contract_state", "tags"),
    *("note", "owner", "discovery", "known_since", "first_seen_at", "last_seen_at"),
    *("last_checked_at", "changed_at", "lost_at"),
)
OWN_COLUMNS = (*_PLAIN, "toxicity_band", "toxicity_score", "sources", *METRICS, "readable_domain")


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a file, and the cells of a link in them."""

    header: tuple[str, ...]
    cells: Callable[[Item], Sequence[Cell]]
    delimiter: str = ","
    encoding: str = "utf-8"
    quote_all: bool = False


def own_layout(*, for_client: bool) -> Layout:
    """Return our own layout; a client's has no columns that clients never receive."""
    header = tuple(name for name in OWN_COLUMNS if not (for_client and is_hidden_field(name)))
    return Layout(header, lambda item: [_own_cell(item, name) for name in header])


def _own_cell(item: Item, name: str) -> Cell:
    match name:
        case "anchor_text" | "kind":
            value = item[name] if item[name] is not None else _claimed(item, name)
        case "rel":
            value = _rel(item)
        case "id":
            value = str(item["id"])
        case "toxicity_band" | "toxicity_score":
            value = (item["toxicity"] or {}).get(name.removeprefix("toxicity_"))
        case "sources":
            value = [claim["source"] for claim in item["sources"]]
        case _ if name in METRICS:
            value = item["metrics"].get(name)
        case _:
            value = item.get(name)
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else value


def _claimed(item: Item, name: str) -> Any:
    """Return what the newest source that says anything says, while we have not seen it ourselves."""
    claims = sorted(item["sources"], key=lambda claim: claim["claimed_at"], reverse=True)
    return next((claim[name] for claim in claims if claim.get(name) is not None), None)


def _rel(item: Item) -> str | None:
    """Return the rel words; `follow` says that there are none, an empty cell that nobody knows."""
    rel = item["rel"] if item["followed"] is not None or item["rel"] else _claimed(item, "rel")
    return None if rel is None else " ".join(rel) or "follow"


_AHREFS = (
    "Referring page title|Referring page URL|Language|Platform|Referring page HTTP code|"
    "Domain rating|UR|Domain traffic|Referring domains|Linked domains|External links|Page traffic|"
    "Keywords|Target URL|Left context|Anchor|Right context|Redirect Chain URLs|"
    "Redirect Chain status codes|Type|Is spam|Content|Nofollow|UGC|Sponsored|Rendered|Raw|"
    "Lost status|Drop reason|Discovered status|First seen|Last seen|Lost|Author|Page type|"
    "Page category|Links in group"
)
_SEMRUSH = (
    "Page ascore|Source title|Source url|Target url|Anchor|External links|Internal links|Nofollow|"
    "Sponsored|Ugc|Text|Frame|Form|Image|Sitewide|First seen|Last seen|New link|Lost link"
)
# The words of Ahrefs for why a link is lost, beside ours.
_LOST_STATUS = {
    "link_removed": "removedfromhtml",
    "page_404": "notfound",
    "page_410": "notfound",
    "page_redirected": "pageredirected",
    "noindex_meta": "noindex",
    "noindex_header": "noindex",
    "not_canonical": "notcanonical",
    "page_5xx": "pageerror",
}


def ahrefs_layout() -> Layout:
    """Return the layout of Ahrefs' backlinks export: UTF-16, tabs, everything quoted."""
    header = tuple(_AHREFS.split("|"))

    def cells(item: Item) -> Sequence[Cell]:
        found = _ahrefs(item)
        return [found.get(name) for name in header]

    return Layout(header, cells, delimiter="\t", encoding="utf-16", quote_all=True)


def semrush_layout() -> Layout:
    """Return the layout of Semrush's backlinks export."""
    header = tuple(_SEMRUSH.split("|"))

    def cells(item: Item) -> Sequence[Cell]:
        found = _semrush(item)
        return [found.get(name) for name in header]

    return Layout(header, cells)


def _ahrefs(item: Item) -> dict[str, Cell]:
    said, rel, metrics = _said(item), (_rel(item) or "").split(), item["metrics"]
    reasons = (_LOST_STATUS[reason] for reason in item["reasons"] if reason in _LOST_STATUS)
    return {
        "Referring page title": said.get("title"),
        "Referring page URL": item["referring_url"],
        "Language": said.get("language"),
        "Platform": said.get("platform"),
        "Referring page HTTP code": item["http_status"] or said.get("http_code"),
        "Domain rating": metrics.get("ahrefs_dr"),
        "UR": metrics.get("ahrefs_ur"),
        "Domain traffic": metrics.get("ahrefs_domain_traffic"),
        "External links": said.get("external_links"),
        "Page traffic": metrics.get("ahrefs_page_traffic"),
        "Target URL": item["target_url"],
        "Left context": said.get("left_context"),
        "Anchor": _own_cell(item, "anchor_text"),
        "Right context": said.get("right_context"),
        "Type": _own_cell(item, "kind") or LinkKind.TEXT,
        "Content": _truth(item["position"] == Position.CONTENT),
        "Nofollow": _truth("nofollow" in rel),
        "UGC": _truth("ugc" in rel),
        "Sponsored": _truth("sponsored" in rel),
        "Rendered": "false",
        "Raw": "true",
        "Lost status": next(reasons, None) if item["lost_at"] else None,
        "Discovered status": "pagefound",
        "First seen": _moment(item["first_seen_at"]),
        "Last seen": _moment(item["last_seen_at"] or _claimed(item, "last_seen_at")),
        "Lost": _moment(item["lost_at"] or _claimed(item, "lost_at")),
        "Author": said.get("author"),
        "Page type": said.get("page_type"),
        "Page category": said.get("page_category"),
        "Links in group": said.get("links_in_group") or 1,
    }


def _semrush(item: Item) -> dict[str, Cell]:
    said, rel = _said(item), (_rel(item) or "").split()
    kind = _own_cell(item, "kind") or LinkKind.TEXT
    kinds = {"Text": LinkKind.TEXT, "Frame": LinkKind.FRAME, "Form": LinkKind.FORM}
    return {
        "Page ascore": item["metrics"].get("semrush_as"),
        "Source title": said.get("title"),
        "Source url": item["referring_url"],
        "Target url": item["target_url"],
        "Anchor": _own_cell(item, "anchor_text"),
        "External links": said.get("external_links"),
        "Internal links": said.get("internal_links"),
        "Nofollow": _truth("nofollow" in rel),
        "Sponsored": _truth("sponsored" in rel),
        "Ugc": _truth("ugc" in rel),
        **{name: _truth(kind == one) for name, one in kinds.items()},
        "Image": _truth(kind == LinkKind.IMAGE),
        "Sitewide": said.get("sitewide", "false"),
        "First seen": _moment(item["first_seen_at"]),
        "Last seen": _moment(item["last_seen_at"] or _claimed(item, "last_seen_at")),
        "New link": said.get("new_link", "false"),
        "Lost link": _truth(item["lost_at"] is not None),
    }


def _said(item: Item) -> dict[str, str]:
    """Return the words of all sources, of two about one thing the newer one's."""
    claims = sorted(item["sources"], key=lambda claim: claim["claimed_at"])
    return {name: value for claim in claims for name, value in claim["claim"].items()}


def _truth(value: object) -> str:
    return "true" if value else "false"


def _moment(value: datetime | None) -> str | None:
    return None if value is None else f"{value:%Y-%m-%d %H:%M:%S}"
