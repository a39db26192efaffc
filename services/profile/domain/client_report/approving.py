"""What is frozen with a report when it is approved, and what is told of one that is ready; pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.profile.domain.client_report.spans import Span
from services.profile.domain.site import Site
from shared.events import ReportReady


def brand_of(site: Site) -> dict[str, Any]:
    """Return the name and the logo that the reports of a site go out with."""
    return {"name": site.settings.get("report_name"), "logo": site.settings.get("report_logo")}


def ready_event(
    site: Site,
    report_id: UUID,
    *,
    number: int,
    span: Span,
    approved: bool,
    scheduled: bool,
    channel_ids: Sequence[UUID],
    degraded: Sequence[str],
    now: datetime,
    sends: bool = False,
) -> ReportReady:
    """Return the event that a report was made or approved."""
    return ReportReady(
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        report_id=report_id,
        number=number,
        state="approved" if approved else "draft",
        starts_on=span.starts_on,
        ends_on=span.ends_on,
        scheduled=scheduled,
        site_name=site.name,
        title=_title(span, approved=approved),
        sentences=(_next(approved=approved), *degraded),
        channel_ids=tuple(channel_ids),
        sends=sends,
        deliver_at=now,
        path=f"/sites/{site.site_id}/reports?report={report_id}",
    )


def _title(span: Span, *, approved: bool) -> str:
    if approved:
        return f"The report for {span.label} is approved"
    return f"The report for {span.label} is ready for you to read"


def _next(*, approved: bool) -> str:
    if approved:
        return "Clients of the site may read it now, and it can be shared."
    return "It is a draft: nobody outside your team sees it before a person approves it."
