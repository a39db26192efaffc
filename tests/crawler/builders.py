"""Valid events and rows of the crawler; override what the test is about."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.crawler.domain.claim import CheckRecord, Claim, HostClaim, HostRecord, Memory
from services.crawler.domain.evidence.draft import Capture, Draft, new_exhibit, told_of
from services.crawler.domain.pace import Pace
from services.crawler.store.frontier import ClaimLimits, claim_due
from shared import urls
from shared.db import Database
from shared.events import LinkTracked, Observation, Occurrence, SiteCreated, SiteHost
from shared.ids import new_id
from shared.vocabulary import Outcome

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SITE = UUID(int=1)
WORKSPACE = UUID(int=2)
TARGET = "https://our.example/page"
LIMITS = ClaimLimits()

DatabaseFor = Callable[[str], Database]


def a_tracked(referring_url: str = "https://blog.example/post", **given: Any) -> LinkTracked:
    target_url = given.pop("target_url", TARGET)
    fields: dict[str, Any] = {
        "link_id": new_id(),
        "workspace_id": WORKSPACE,
        "site_id": SITE,
        "referring_url": referring_url,
        "page_key": urls.page_id(referring_url),
        "target_url": target_url,
        "target_key": urls.page_id(target_url) if target_url else None,
        "hosts": ("our.example",),
        "known_since": NOW,
    }
    return LinkTracked(**(fields | given))


def a_site(**given: Any) -> SiteCreated:
    fields: dict[str, Any] = {
        "workspace_id": WORKSPACE,
        "site_id": SITE,
        "version_no": 1,
        "domain": "our.example",
        "domains": (SiteHost(host="our.example"),),
    }
    return SiteCreated(**(fields | given))


def a_check(claim: Claim, **given: Any) -> CheckRecord:
    fields: dict[str, Any] = {
        "page_id": claim.page_id,
        "host": claim.host,
        "check_seq": claim.check_seq,
        "next_check_at": NOW + timedelta(days=7),
        "memory": Memory(checked_at=NOW, checks=claim.memory.checks + 1),
    }
    return CheckRecord(**(fields | given))


def a_release(host: HostClaim, **given: Any) -> HostRecord:
    return HostRecord(host=host.host, pace=Pace(**given), released=True)


async def claim(
    db: Database, now: datetime = NOW, limits: ClaimLimits = LIMITS
) -> dict[str, HostClaim]:
    async with db.begin() as tx:
        return {host.host: host for host in await claim_due(tx, now, limits)}


def a_draft(**given: Any) -> Draft:
    """Evidence of a link that is there; `body` is the page, `observation` overrides facts."""
    body = given.pop("body", b"<p>See <a href='https://our.example/page'>us</a> for more.</p>")
    capture = Capture(
        url="https://blog.example/post",
        ip=None,
        request=b"GET /post HTTP/1.1\r\nHost: blog.example\r\n\r\n",
        response=b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nServer: nginx\r\n\r\n",
        truncated=None,
    )
    exhibit = new_exhibit([capture], body)
    fields: dict[str, Any] = {
        "evidence_id": new_id(),
        "workspace_id": WORKSPACE,
        "site_id": SITE,
        "link_id": new_id(),
        "seen_at": NOW,
        "outcome": Outcome.FOUND,
        "reasons": (),
        "changed": ("first_look",),
    } | given
    seen = Occurrence(
        target_url=TARGET, target_key=urls.page_id(TARGET), anchor_text="us",
        left_context="See", right_context="for more.",
    )  # fmt: skip
    observation = Observation(
        page_id=UUID(int=5),
        check_id=new_id(),
        check_seq=1,
        checked_at=fields["seen_at"],
        outcome=fields["outcome"],
        reasons=fields["reasons"],
        http_status=200,
        occurrences=(seen,) if fields["outcome"] is Outcome.FOUND else (),
        evidence_id=fields["evidence_id"],
    )
    statement = {
        "evidence_id": fields["evidence_id"],
        "site_id": fields["site_id"],
        "link_id": fields["link_id"],
        "referring_url": "https://blog.example/post",
        "target_url": TARGET,
        "hosts": ["our.example"],
        "missing_looks": 2 if fields["outcome"] is Outcome.MISSING else 0,
        "missing_since": fields["seen_at"] - timedelta(hours=1),
        "observation": observation.model_dump(),
        **told_of(exhibit),
    }
    return Draft(statement=statement, exhibit=exhibit, **fields)
