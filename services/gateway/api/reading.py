"""The pages by which people say that they want reports by e-mail, or no more of them (RFC 8058).

No account, no cookies. Opening an address changes nothing: programs that look at links in mails open them, too.
"""

from html import escape
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.gateway.adapters.report_desk import ReportDesk
from services.gateway.api import visitors
from services.gateway.api.plain_page import plain_page
from services.gateway.api.small_form import small_form
from services.gateway.domain.report_mails import CONFIRM, PATH, Reader, Standing
from services.gateway.store import journal, report_readers
from shared import clock
from shared.access import Caller
from shared.web import TxDep

router = APIRouter(include_in_schema=False)
_TITLE = "Reports by e-mail"
_YES, _NO = "yes", "no"


@router.get(f"{PATH}/{{token}}")
async def ask(token: str, tx: TxDep, request: Request) -> HTMLResponse:
    """Ask before anything is changed."""
    purpose, reader_id = _meant(request, token)
    reader = None if reader_id is None else await report_readers.find_reader(tx, reader_id)
    if reader is None or reader.standing is Standing.REMOVED:
        return _ended()
    return _page(_asked(purpose, reader))


@router.post(f"{PATH}/{{token}}")
async def say(token: str, tx: TxDep, request: Request) -> HTMLResponse:
    """Take a yes or a no; the one click of a mail program is a no."""
    purpose, reader_id = _meant(request, token)
    form = await small_form(request) or {}
    reader = None
    if reader_id is not None:
        reader = await report_readers.find_reader(tx, reader_id, lock=True)
    if reader is None or reader.standing is Standing.REMOVED:
        return _ended()
    is_yes = form.get("answer") == _YES
    may_say_yes = purpose == CONFIRM or reader.is_user or reader.confirmed_at is not None
    now = clock.now()
    if is_yes and may_say_yes:
        await report_readers.confirm(tx, reader.reader_id, now)
        await _note(tx, reader, "report_reader.confirmed")
        said = f"Done: reports about the links to {reader.site_label} are sent to you."
        return _page(
            f"<p>{escape(said)} Each mail has an address by which you get no more of it.</p>"
        )
    await report_readers.leave(tx, reader.reader_id, now)
    await _note(tx, reader, "report_reader.left")
    again = _form(("Send them after all", _YES)) if may_say_yes else ""
    said = f"Done: no reports about the links to {reader.site_label} are sent to you."
    return _page(f"<p>{escape(said)}</p>{again}")


def _meant(request: Request, token: str) -> tuple[str, UUID | None]:
    visitors.admit(request, token)
    desk: ReportDesk = request.app.state.report_desk
    return desk.meant_by(token, clock.now()) or (CONFIRM, None)


def _asked(purpose: str, reader: Reader) -> str:
    what = f"reports about the links to {reader.site_label}"
    to = f" at {reader.email}" if reader.email else ""
    if reader.standing is Standing.ASKED and purpose == CONFIRM:
        asked = f"{reader.added_by} would like to send you {what}{to}. Do you want them?"
        buttons = _form(("Yes, send them", _YES)) + _form(("No, never", _NO))
    elif reader.standing is Standing.LEFT:
        asked = f"You get no {what}."
        may_say_yes = purpose == CONFIRM or reader.is_user or reader.confirmed_at is not None
        buttons = _form(("Send them after all", _YES)) if may_say_yes else ""
    else:
        asked = f"Stop {what}{to}?"
        buttons = _form(("Stop them", _NO))
    return f"<p>{escape(asked)}</p>{buttons}"


def _form(button: tuple[str, str]) -> str:
    label, answer = button
    return (
        f'<form method="post"><input type="hidden" name="answer" value="{answer}">'
        f"<p><button>{escape(label)}</button></p></form>"
    )


def _ended() -> HTMLResponse:
    said = (
        "This address has ended, or nothing is sent to you by it any more. You need to do nothing."
    )
    return plain_page(_TITLE, f"<p>{said}</p>", status=404)


def _page(inner: str) -> HTMLResponse:
    return plain_page(_TITLE, inner)


async def _note(tx: TxDep, reader: Reader, action: str) -> None:
    """Write down what a reader said; from outside they are known by nothing but the reader's id."""
    actor = "a reader of reports" if not reader.is_user else reader.email or "a former user"
    caller = Caller(reader.workspace_id, reader.reader_id, actor)
    await journal.add_entry(
        tx,
        caller,
        action=action,
        subject=f"report-reader/{reader.reader_id}",
        site_id=reader.site_id,
    )
