"""Sends reports by e-mail: each to each person at most once, and notes what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage

from services.gateway.adapters.postman import Postman
from services.gateway.adapters.report_desk import NO_PDF, Printed, ReportDesk
from services.gateway.domain.attempts import ATTEMPTS, Attempt, Ending
from services.gateway.domain.forms.report_mail import Envelope, confirm_mail, report_mail
from services.gateway.domain.report_mails import (
    LEFT_IN_DOUBT,
    MailKind,
    MailState,
    Reader,
    Standing,
    standing_words,
)
from services.gateway.jobs.delivering import again_at
from services.gateway.metrics import REPORT_MAILS
from services.gateway.store import report_mails as store
from services.gateway.store.report_mails import Claimed
from shared import clock
from shared.db import Database, Tx
from shared.errors import ConflictError, NotFoundError, UnavailableError

_AT_ONCE = 4
_WITHOUT_PDF_AFTER = 3
"""A report whose PDF could not be made in so many attempts goes without."""


@dataclass(slots=True)
class ReportMails:
    """What is delivered (jobs/delivering.py)."""

    db: Database
    desk: ReportDesk
    postman: Postman | None
    going: set[object] = field(default_factory=set)

    @property
    def bells(self) -> Sequence[str]:
        return (store.CHANNEL,)

    async def prepare(self) -> None:
        """Find what was left behind by somebody who died."""
        async with self.db.begin() as tx:
            now = clock.now()
            await store.leave_in_doubt(tx, now)
            await store.give_up(tx, now)

    async def claim(self, tx: Tx, now: datetime, *, limit: int) -> Sequence[Claimed]:
        room = min(limit, _AT_ONCE - len(self.going))
        claimed = await store.claim(tx, now, limit=room) if room > 0 else []
        self.going.update(one.mail_id for one in claimed)
        return claimed

    async def next_due(self, tx: Tx) -> datetime | None:
        return None if len(self.going) >= _AT_ONCE else await store.next_due(tx)

    async def tell(self, claimed: Claimed) -> None:
        try:
            await self._tell(claimed)
        finally:
            self.going.discard(claimed.mail_id)

    async def _tell(self, mail: Claimed) -> None:
        try:
            _require_reader(mail.kind, mail.reader)
            postman = self._postman()
            letter = await self._letter(mail, postman.sender)
            async with self.db.begin() as tx:
                reader = await store.hand_over(tx, mail)
            if reader is None:  # our time is over
                return
            _require_reader(mail.kind, reader)  # who said no while it was written
        except (NotFoundError, ConflictError) as error:
            await self._settle(mail, MailState.WITHHELD, f"Not sent: {error.detail}")
        except UnavailableError as error:
            await self._again(mail, Attempt(0, trouble=error.detail.rstrip(".")))
        else:
            await self._send(mail, letter, postman)

    def _postman(self) -> Postman:
        if self.postman is None:
            raise UnavailableError("this installation has no mail server set up")
        return self.postman

    async def _letter(self, mail: Claimed, sender: str) -> EmailMessage:
        reader, now = mail.reader, clock.now()
        leave_url = self.desk.leave_url(reader.reader_id)
        envelope = Envelope(mail.mail_id, sender, reader.email or "", now, leave_url)
        if mail.report_id is None:
            return confirm_mail(
                envelope,
                await self.desk.brand(reader.site_id, reader.workspace_id),
                site_label=reader.site_label,
                added_by=reader.added_by,
                url=self.desk.confirm_url(reader.reader_id, now),
            )
        report = await self.desk.report(mail.report_id, reader.workspace_id, reader.added_by)
        printed = await self._pdf(mail)
        url = f"{self.desk.base}{report.path}"
        return report_mail(report, envelope, url=url, pdf=printed.pdf, why_no_pdf=printed.why_not)

    async def _pdf(self, mail: Claimed) -> Printed:
        assert mail.report_id is not None  # noqa: S101 - the caller has looked
        try:
            return await self.desk.pdf(mail.report_id, mail.reader.workspace_id)
        except UnavailableError:
            if mail.attempts < _WITHOUT_PDF_AFTER:
                raise
            return Printed(None, NO_PDF)

    async def _send(self, mail: Claimed, letter: EmailMessage, postman: Postman) -> None:
        attempt = await postman.send_once(letter, to=mail.reader.email or "")
        REPORT_MAILS.labels(mail.kind, "in_doubt" if attempt.in_doubt else attempt.ending).inc()
        if attempt.in_doubt:
            return await self._settle(mail, MailState.UNKNOWN, LEFT_IN_DOUBT, attempt)
        if attempt.ending is Ending.TAKEN:
            return await self._settle(mail, MailState.DELIVERED, attempt.sentence, attempt)
        return await self._again(mail, attempt)

    async def _again(self, mail: Claimed, attempt: Attempt) -> None:
        """Note an attempt that surely brought nothing, and when the next is made."""
        now = clock.now()
        next_at = again_at(mail.attempts, attempt, now=now) if mail.attempts < ATTEMPTS else None
        state = MailState.FAILED if next_at is None else MailState.WAITING
        await self._settle(mail, state, attempt.sentence, attempt, next_at=next_at)

    async def _settle(
        self,
        mail: Claimed,
        state: MailState,
        sentence: str,
        attempt: Attempt | None = None,
        *,
        next_at: datetime | None = None,
    ) -> None:
        async with self.db.begin() as tx:
            await store.settle(
                tx,
                mail,
                state,
                now=clock.now(),
                sentence=sentence,
                next_at=next_at,
                attempt=attempt,
            )


def _require_reader(kind: MailKind, reader: Reader) -> None:
    """Raise ConflictError, with the reason, where a mail does not go to this reader."""
    why_not = reader.why_not()
    if kind is MailKind.CONFIRM:
        asked = reader.standing is Standing.ASKED
        why_not = None if asked else standing_words(reader.standing)[1]
    if why_not is not None:
        raise ConflictError(why_not)
