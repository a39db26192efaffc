"""Valid facts, checks and page facts of the toxicity tests; override one thing."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.toxicity.domain.facts import (
    Decision,
    Facts,
    LinkFacts,
    PageView,
    Surroundings,
    Verdict,
)
from shared import clock
from shared.events import (
    LinkChanged,
    LinkChecked,
    Observation,
    Occurrence,
    PageFacts,
    PageRead,
    SiteCreated,
    SiteHost,
)
from shared.ids import new_id
from shared.urls import domain_or_host, host_of, page_id
from shared.vocabulary import (
    AnchorFlag,
    AnchorKind,
    ChangeKind,
    LinkStatus,
    Outcome,
    Position,
    Reason,
)

# What was seen must be fresh, or nothing may be proposed for disavowing.
NOON = (clock.now() - timedelta(days=3)).replace(hour=12, minute=0, second=0, microsecond=0)
PAGE = "https://blog.posts.example/post"
TARGET = "https://acme.example/pricing"
PARAGRAPH = "we have been using these chairs in our own garden for years and would buy them again"


def a_link(**given: Any) -> LinkFacts:
    return LinkFacts(**{"anchor_text": "some words", "position": Position.CONTENT} | given)


def a_poisoned_link(**given: Any) -> LinkFacts:
    flags = frozenset({AnchorFlag.TOXIC})
    return a_link(**{"anchor_text": "online casino", "anchor_flags": flags} | given)


def an_exact_link(**given: Any) -> LinkFacts:
    return a_link(**{"anchor_text": "garden furniture", "anchor_kind": AnchorKind.EXACT} | given)


def a_page(**given: Any) -> PageView:
    return PageView(**{"url": PAGE, "referring_domain": "posts.example", "title": "A post"} | given)


def a_link_farm(**given: Any) -> PageView:
    values = {
        "word_count": 40,
        "visible_chars": 6_000,
        "anchor_chars": 5_800,
        "outlinks_external": 400,
        "compression_ratio": 12.0,
        "title": "Best casino bonus",
        "title_is_toxic": True,
    }
    return a_page(**values | given)


def facts(**given: Any) -> Facts:
    values: dict[str, Any] = {"link": a_link(), "page": a_page()}
    return Facts(**values | given)


def a_crowd(**given: Any) -> Surroundings:
    return Surroundings(**{"domains": 100} | given)


def a_verdict(decision: Decision, *, whole_domain: bool = True) -> Verdict:
    return Verdict(decision=decision, decided_on=date(2026, 11, 1), whole_domain=whole_domain)


# ---- events -----------------------------------------------------------------------------------------


def an_occurrence(**given: Any) -> Occurrence:
    values: dict[str, Any] = {
        "target_url": TARGET,
        "target_key": page_id(TARGET),
        "anchor_text": "Acme Home",
        "position": Position.CONTENT,
    }
    return Occurrence(**values | given)


def a_check(
    site: SiteCreated,
    *,
    link_id: UUID | None = None,
    seq: int = 1,
    page: str = PAGE,
    outcome: Outcome = Outcome.FOUND,
    reasons: tuple[Reason, ...] = (),
    **occurrence: Any,
) -> LinkChecked:
    found = (an_occurrence(**occurrence),) if outcome is Outcome.FOUND else ()
    return LinkChecked(
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        link_id=link_id or new_id(),
        observation=Observation(
            page_id=page_id(page),
            check_id=new_id(),
            check_seq=seq,
            checked_at=NOON + timedelta(hours=seq),
            outcome=outcome,
            reasons=reasons,
            occurrences=found,
            occurrence_count=len(found),
        ),
    )


def a_read(page: str = PAGE, *, seq: int = 1, **given: Any) -> PageRead:
    host = host_of(page)
    values: dict[str, Any] = {
        "url": page,
        "final_url": page,
        "host": host,
        "referring_domain": domain_or_host(host),
        "http_status": 200,
        "title": "A post",
    }
    return PageRead(
        page_id=page_id(page),
        page_key=page_id(page),
        facts_seq=seq,
        read_at=NOON,
        facts=PageFacts(**values | given),
    )


def a_farm_read(page: str = PAGE, *, seq: int = 1) -> PageRead:
    return a_read(
        page,
        seq=seq,
        title="Best casino bonus",
        word_count=40,
        visible_chars=6_000,
        anchor_chars=5_800,
        outlinks_external=400,
        compression_ratio=12.0,
    )


def a_site(**given: Any) -> SiteCreated:
    values: dict[str, Any] = {
        "workspace_id": new_id(),
        "site_id": new_id(),
        "version_no": 1,
        "domain": "acme.example",
        "domains": (SiteHost(host="acme.example"),),
        "brands": ("Acme Home",),
        "keywords": ("garden furniture",),
    }
    return SiteCreated(**values | given)


def a_change(
    check: LinkChecked, status: LinkStatus, *, page: str = PAGE, **given: Any
) -> LinkChanged:
    values: dict[str, Any] = {
        "workspace_id": check.workspace_id,
        "site_id": check.site_id,
        "link_id": check.link_id,
        "change_id": new_id(),
        "kind": ChangeKind.LOST if status is LinkStatus.LOST else ChangeKind.NEW,
        "from_status": LinkStatus.PENDING,
        "to_status": status,
        "referring_url": page,
        "referring_domain": domain_or_host(host_of(page)),
        "target_url": TARGET,
    }
    return LinkChanged(**values | given)
