"""The page by which a reader leaves a channel of e-mail, and the one click of mail programs (RFC 8058)."""

from html import escape
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.gateway.adapters.messenger import Messenger
from services.gateway.api import visitors
from services.gateway.api.plain_page import plain_page
from services.gateway.domain.leaving import PATH, reader_of
from services.gateway.store import channels, journal
from shared.access import Caller
from shared.errors import NotFoundError
from shared.web import TxDep

router = APIRouter(include_in_schema=False)
_TITLE = "Mail about alerts"


@router.get(f"{PATH}/{{token}}")
async def ask(token: str, tx: TxDep, request: Request) -> HTMLResponse:
    """Ask before anything is changed: programs that look at links in mails open them, too."""
    channel_id, user_id = _reader(request, token)
    found = await channels.find_reader(tx, channel_id, user_id)
    if found is None:
        return _page("You get no more mail of this channel.")
    return plain_page(
        _TITLE,
        f"<p>Stop mail of the channel “{escape(found['name'])}” to {escape(found['email'])}?</p>"
        '<form method="post"><p><button>Stop it</button></p></form>',
    )


@router.post(f"{PATH}/{{token}}")
async def leave(token: str, tx: TxDep, request: Request) -> HTMLResponse:
    """Take the reader out of the channel."""
    channel_id, user_id = _reader(request, token)
    found = await channels.find_reader(tx, channel_id, user_id)
    if found is not None:
        await channels.remove_reader(tx, channel_id, user_id)
        reader = Caller(found["workspace_id"], user_id, found["email"])
        subject = f"channel/{channel_id}"
        await journal.add_entry(tx, reader, action="channel.left", subject=subject)
    return _page("You get no more mail of this channel.")


def _reader(request: Request, token: str) -> tuple[UUID, UUID]:
    visitors.admit(request, token)
    messenger: Messenger = request.app.state.messenger
    found = reader_of(token, key=messenger.leaving_key)
    if found is None:
        raise NotFoundError("This address is not ours; copy it again.", code="address-incomplete")
    return found


def _page(said: str) -> HTMLResponse:
    return plain_page(_TITLE, f"<p>{escape(said)}</p>")
