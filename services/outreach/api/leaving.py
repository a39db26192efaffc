"""The way out for readers: asked by the gateway only, for whoever has the link of a message."""

from fastapi import APIRouter

from services.outreach.metrics import UNSUBSCRIBED
from services.outreach.store import silence
from shared import clock
from shared.web import TxDep

router = APIRouter(include_in_schema=False)


@router.post("/shared/leaving/{token}", status_code=204)
async def leave(token: str, tx: TxDep) -> None:
    """Write no more to the reader; nothing in the answer tells whether there is such a link."""
    if await silence.leave(tx, token, now=clock.now()):
        UNSUBSCRIBED.inc()
