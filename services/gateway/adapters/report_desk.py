"""What profile says about reports that go out by e-mail, and the addresses by which readers say yes or no."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.gateway.domain.forms.report_mail import Brand
from services.gateway.domain.report_mails import (
    CONFIRM,
    CONFIRM_LIFE,
    FOR_EVER,
    LEAVE,
    MAX_PDF_BYTES,
    PATH,
)
from shared.access import Caller, the_house
from shared.errors import ConflictError, NotFoundError, UnavailableError
from shared.http import ServiceClient
from shared.reporting import MailedReport, mail_path
from shared.share_tokens import read_token, token_of

_DEADLINE_S = 10.0
_PRINTED_WITHIN_S = 75.0
_KEPT_PDFS = 2
NO_PDF = "There is no PDF with it: this installation cannot print. The page prints well from your browser."
TOO_LARGE = "Its PDF is too large for a mail; you find it on the page."


@dataclass(frozen=True, slots=True)
class Printed:
    """The PDF of a report, or why none goes along."""

    pdf: bytes | None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class ReportDesk:
    """Asks profile as the house; raises NotFoundError, ConflictError or UnavailableError."""

    profile: ServiceClient
    secret: bytes
    base: str
    printed: dict[UUID, Printed] = field(default_factory=dict)
    """The newest few: a report goes to many people in a row, and never changes."""

    async def report(self, report_id: UUID, workspace_id: UUID, asked_by: str) -> MailedReport:
        """Return what a mail says of a report, with an address that shows it."""
        answer = await self.profile.send(
            "POST",
            mail_path(report_id),
            caller=the_house(workspace_id),
            body={"asked_by": asked_by},
            deadline_s=_DEADLINE_S,
        )
        if answer.status in {404, 409}:
            kind = NotFoundError if answer.status == 404 else ConflictError
            raise kind(str(answer.json()["detail"]))
        if answer.status != 200:
            raise UnavailableError(f"Profile does not say what the report is ({answer.status}).")
        return MailedReport.model_validate_json(answer.body)

    async def pdf(self, report_id: UUID, workspace_id: UUID) -> Printed:
        """Return the PDF of a report; UnavailableError where it could not be printed just now."""
        known = self.printed.get(report_id)
        if known is not None:
            return known
        answer = await self.profile.send(
            "GET",
            f"/v1/reports/{report_id}",
            query="format=pdf",
            caller=the_house(workspace_id),
            deadline_s=_PRINTED_WITHIN_S,
        )
        if answer.status not in {200, 501}:
            raise UnavailableError(f"The PDF could not be made just now ({answer.status}).")
        found = Printed(None, NO_PDF)
        if answer.status == 200:
            fits = len(answer.body) <= MAX_PDF_BYTES
            found = Printed(answer.body) if fits else Printed(None, TOO_LARGE)
        while len(self.printed) >= _KEPT_PDFS:
            self.printed.pop(next(iter(self.printed)), None)
        self.printed[report_id] = found
        return found

    async def site(self, site_id: UUID, caller: Caller) -> Mapping[str, Any]:
        """Return a site as its caller sees it."""
        return await self._seen(f"/v1/sites/{site_id}", caller, "site")

    async def seen_by(self, caller: Caller, report_id: UUID) -> Mapping[str, Any]:
        """Return a report as whoever asks sees it."""
        return await self._seen(f"/v1/reports/{report_id}", caller, "report")

    async def _seen(self, path: str, caller: Caller, what: str) -> Mapping[str, Any]:
        answer = await self.profile.send("GET", path, caller=caller, deadline_s=_DEADLINE_S)
        if answer.status == 404:
            raise NotFoundError(f"There is no such {what}.")
        if answer.status != 200:
            raise UnavailableError(f"The service profile cannot show the {what} now.")
        found: Mapping[str, Any] = answer.json()
        return found

    async def brand(self, site_id: UUID, workspace_id: UUID) -> Brand:
        """Return under whose name the reports of a site go out."""
        settings = (await self.site(site_id, the_house(workspace_id))).get("settings") or {}
        return Brand(settings.get("report_name"), settings.get("report_logo"))

    def confirm_url(self, reader_id: UUID, now: datetime) -> str:
        """Return where a reader says yes."""
        return self._url(reader_id, now + CONFIRM_LIFE, CONFIRM)

    def leave_url(self, reader_id: UUID) -> str:
        """Return where a reader says no, for ever."""
        return self._url(reader_id, FOR_EVER, LEAVE)

    def _url(self, reader_id: UUID, until: datetime, purpose: str) -> str:
        token = token_of(reader_id, until, purpose=purpose, secret=self.secret)
        return f"{self.base}{PATH}/{token}"

    def meant_by(self, token: str, now: datetime) -> tuple[str, UUID] | None:
        """Return what an address is for and whose it is; None for one that is not ours or has ended."""
        for purpose in (CONFIRM, LEAVE):
            found = read_token(token, purpose=purpose, secret=self.secret, now=now)
            if found is not None:
                return purpose, found
        return None
