"""An audit with something of everything in it, for tests of how it is shown."""

from datetime import UTC, date, datetime
from typing import Any

from services.profile.domain.anchors import AnchorCount, KindCount
from services.profile.domain.audit import AuditInputs, build_audit
from services.profile.domain.site import Host, Site
from services.profile.domain.velocity import Period
from shared.ids import new_id
from shared.vocabulary import AnchorKind, Reason

NOW = datetime(2026, 11, 29, 9, 30, tzinfo=UTC)
HOSTILE = "<img src=x onerror=alert(1)> \"&'"


def a_report(**given: Any) -> dict[str, Any]:
    """Return the audit of a middling shop; override what it is made of."""
    site = Site(
        site_id=new_id(),
        workspace_id=new_id(),
        domain="harbour-coffee.example",
        name="Harbour Coffee",
        domains=(Host("harbour-coffee.example"),),
        brands=("Harbour Coffee",),
        keywords=("fresh coffee",),
    )
    inputs = AuditInputs(**{"site": site, **_FACTS, **given})
    return build_audit(inputs, audit_id=new_id(), number=7, now=NOW)


def _link(number: int, sentence: str) -> dict[str, Any]:
    return {
        "link_id": str(new_id()),
        "referring_url": f"https://blog{number}.example/2026/where-to-drink-coffee",
        "target_url": "https://harbour-coffee.example/beans",
        "sentence": sentence,
    }


def _group(value: str, links: int) -> dict[str, Any]:
    return {"value": value, "links": links, "referring_domains": links // 3 + 1}


def _target(path: str, present: int, lost: int, **given: Any) -> dict[str, Any]:
    base = {
        "target_url": f"https://harbour-coffee.example{path}",
        "links": present + lost,
        "links_present": present,
        "referring_domains": present // 3 + 1,
        "links_lost": lost,
        "broken": False,
        "http_status": 200,
        "gained_90d": present // 9,
        "lost_90d": lost // 2,
    }
    return base | given


_GAINED = (6, 9, 4, 11, 14, 8, 12, 19, 7, 10, 16, 13, 9)
_LOST = (2, 1, 3, 2, 5, 1, 4, 2, 6, 3, 2, 14, 5)
_FACTS: dict[str, Any] = {
    "overview": {
        "links": 1284,
        "links_present": 968,
        "links_counting": 641,
        "links_followed": 702,
        "referring_domains": 312,
        "confirming": 3,
        "gained_30d": 9,
        "lost_30d": 11,
        "off_contract": 4,
        "unseen_14d": 6,
        "pending": 21,
        "live": 931,
        "changed": 37,
        "lost": 143,
        "not_found": 118,
        "unknown": 34,
    },
    "reasons": {Reason.LINK_REMOVED: 96, Reason.NOINDEX_META: 61, Reason.PAGE_404: 47},
    "rel": {"followed": 702, "unfollowed": 266, "nofollow": 221, "sponsored": 31, "ugc": 24},
    "kinds": [
        KindCount(AnchorKind.BRANDED, 141, 402),
        KindCount(AnchorKind.URL, 52, 160),
        KindCount(AnchorKind.GENERIC, 47, 133),
        KindCount(AnchorKind.PARTIAL, 58, 171),
        KindCount(AnchorKind.EXACT, 37, 88),
        KindCount(AnchorKind.OTHER, 9, 14),
    ],
    "texts": [
        AnchorCount("Harbour Coffee", AnchorKind.BRANDED, 96, 301),
        AnchorCount("fresh coffee", AnchorKind.EXACT, 29, 71),
        AnchorCount("harbour-coffee.example", AnchorKind.URL, 28, 90),
        AnchorCount("this roastery", AnchorKind.GENERIC, 17, 40),
        AnchorCount("their guide to fresh coffee", AnchorKind.PARTIAL, 11, 23),
        AnchorCount(HOSTILE, AnchorKind.OTHER, 1, 1),
    ],
    "bands": {"ok": 611, "watch": 190, "review": 41, "insufficient_data": 126},
    "actions": {"no_action_needed": 164, "review": 41, "monitor": 637},
    "toxicity_models": ["toxicity-3"],
    "months": [
        Period(
            date(2025 + (n + 10) // 12, (n + 10) % 12 + 1, 1), up, down, n % 3, up // 2, down // 2
        )
        for n, (up, down) in enumerate(zip(_GAINED, _LOST, strict=True))
    ],
    "domains": {
        "known": 377,
        "present": 312,
        "counting": 231,
        "only_claimed": 54,
        "hosts": 338,
        "ips": 265,
        "ip_blocks": 219,
        "sitewide": 2,
    },
    "positions": {"content": 611, "footer": 171, "sidebar": 84, "comment": 62, "unknown": 40},
    "origins": {
        "lang": [_group("en", 604), _group("de", 211), _group("unknown", 102), _group("nl", 51)],
        "country": [_group("unknown", 519), _group("gb", 216), _group("de", 182), _group("nl", 51)],
        "platform": [_group("wordpress", 541), _group("unknown", 288), _group("shopify", 139)],
        "ip_block": [_group("192.0.2.0/24", 88)],
    },
    "sitewide": [
        {"domain": "partner-roasters.example", "links": 84, "pages": 84},
        {"domain": "town-guide.example", "links": 61, "pages": 40},
    ],
    "targets": [
        _target("/", 402, 31),
        _target("/beans", 211, 24),
        _target("/guides/fresh-coffee", 171, 40, broken=True, http_status=404),
        _target("/about", 84, 2),
        _target("/roastery/tours", 57, 18),
    ],
    "imports": [
        {
            "file": "backlinks.csv",
            "dialect": "ahrefs_backlinks",
            "source": "ahrefs",
            "rows": 1310,
            "accepted": 1261,
            "duplicates": 31,
            "rejected": 11,
            "own_domain": 7,
            "new_links": 1240,
            "sha256": "aa",
            "ended_at": "2026-11-20T08:00:00+00:00",
        }
    ],
    "counts": {
        "lost_links": 143,
        "off_contract": 4,
        "page_not_indexable": 61,
        "could_not_look": 34,
    },
    "evidence": {
        "lost_links": [_link(1, "Gone: missed 3 Nov 14:02, confirmed 15:04.")],
        "off_contract": [_link(2, "Live. Now nofollow, which was not agreed.")],
        "page_not_indexable": [_link(3, "Live, but the page is set to noindex.")],
        "could_not_look": [_link(4, "Couldn't look: the site stops robots. Last seen live 3 Nov.")],
    },
    "links_hash": "1",
    "lost_90d": 52,
    "contracts": 25,
    "known_until": datetime(2026, 11, 20, 8, tzinfo=UTC),
}
