"""Who somebody in a chat is: said by a one-time code in the chat, or signed in by a link from it."""

import secrets as random
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.api.caller import CallerDep
from services.gateway.domain import secrets
from services.gateway.domain.channels import Kind
from services.gateway.domain.presses.press import Code, Person
from services.gateway.store import access, chats, journal
from shared import clock
from shared.access import Caller, Scope
from shared.db import Database, Tx
from shared.errors import NotFoundError
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import TxDep

router = APIRouter(tags=["channels"])
CONNECT = "/connect"
"""The place of the console, behind its `#`, that a link from a chat leads to."""
_CODE_LETTERS = 12
_NO_CODE = "This code was used, is too old, or was never one. Make a new one."

Row = Mapping[str, Any]
_CodeText = Annotated[
    str, Field(min_length=1, max_length=100, description="The end of the link from the chat.")
]


class ChatPersonOut(BaseModel):
    """Somebody in a chat, and which user of the workspace they are."""

    id: UUID
    kind: Kind
    name: str = Field(description="As the chat calls them.")
    email: str
    user_id: UUID
    created_at: datetime

    @classmethod
    def of(cls, row: Row) -> "ChatPersonOut":
        known = ("kind", "name", "email", "user_id", "created_at")
        return cls(id=row["chat_person_id"], **{name: row[name] for name in known})


class CodeOut(BaseModel):
    """A code that works once, within ten minutes."""

    code: str
    expires_at: datetime
    sentence: str


class WhoOut(BaseModel):
    """Who in a chat asks to be known as you."""

    kind: Kind
    name: str
    sentence: str


class ConnectIn(BaseModel):
    """The link from the chat, used by whoever is signed in."""

    model_config = ConfigDict(extra="forbid")

    code: _CodeText


@router.get("/v1/me/chats")
async def list_my_chats(caller: CallerDep, tx: TxDep, page: PageDep) -> Page[ChatPersonOut]:
    """List as whom chats know you."""
    return await _people(tx, caller, page, user_id=caller.actor_id)


@router.post("/v1/me/chat-codes", status_code=201)
async def add_chat_code(caller: CallerDep, tx: TxDep) -> CodeOut:
    """Make a code to write into a chat of Telegram; whoever writes it there acts as you."""
    caller.require_person("be known in a chat")
    code = secrets.readable(random.token_bytes(_CODE_LETTERS))
    now = clock.now()
    await chats.add_user_code(
        tx, secrets.digest(code), caller.actor_id, workspace_id=caller.workspace_id, now=now
    )
    return CodeOut(
        code=code,
        expires_at=now + chats.CODE_LIFE,
        sentence=f"Write this to the bot, in the chat or to it alone: /connect {code}",
    )


@router.get("/v1/me/chat-codes/{code}")
async def show_chat_code(
    code: Annotated[str, Path(max_length=100)], caller: CallerDep, tx: TxDep
) -> WhoOut:
    """Say who in a chat would act as you."""
    found = await chats.find_code(
        tx, secrets.digest(code), workspace_id=caller.workspace_id, now=clock.now()
    )
    if found is None or found["person_id"] is None:
        raise NotFoundError(_NO_CODE, code="code-unknown")
    caller.require_person("be known in a chat")
    return WhoOut(
        kind=found["kind"],
        name=found["name"],
        sentence=f"Whoever is “{found['name']}” there will act on alerts as {caller.actor}. "
        "Go on only if that is you.",
    )


@router.post("/v1/me/chats", status_code=204)
async def connect_chat(body: ConnectIn, caller: CallerDep, tx: TxDep) -> None:
    """Say that somebody in a chat is you."""
    caller.require_person("be known in a chat")
    found = await chats.claim_code(
        tx, secrets.digest(body.code), workspace_id=caller.workspace_id, now=clock.now()
    )
    if found is None or found["person_id"] is None:
        raise NotFoundError(_NO_CODE, code="code-unknown")
    person = Person(found["person_id"], found["name"])
    await _connect(tx, caller, Kind(found["kind"]), person)


@router.delete("/v1/me/chats/{chat_person_id}", status_code=204)
async def disconnect_my_chat(chat_person_id: UUID, caller: CallerDep, tx: TxDep) -> None:
    """Be known in a chat no more."""
    await _disconnect(tx, caller, chat_person_id, user_id=caller.actor_id)


@router.get("/v1/chat-people")
async def list_chat_people(caller: CallerDep, tx: TxDep, page: PageDep) -> Page[ChatPersonOut]:
    """List who in chats is known as a user of your workspace."""
    caller.require_workspace(Role.OWNER)
    return await _people(tx, caller, page, user_id=None)


@router.delete("/v1/chat-people/{chat_person_id}", status_code=204)
async def disconnect_chat_person(chat_person_id: UUID, caller: CallerDep, tx: TxDep) -> None:
    """Let somebody in a chat be known as nobody."""
    caller.require_workspace(Role.OWNER)
    await _disconnect(tx, caller, chat_person_id, user_id=None)


async def _people(
    tx: Tx, caller: Caller, page: PageDep, *, user_id: UUID | None
) -> Page[ChatPersonOut]:
    rows = await chats.list_people(
        tx,
        workspace_id=caller.workspace_id,
        user_id=user_id,
        after=page.after[0] if page.after else None,
        limit=page.limit + 1,
    )
    return page.page(rows, key=lambda row: (row["chat_person_id"],), item=ChatPersonOut.of)


async def _disconnect(
    tx: Tx, caller: Caller, chat_person_id: UUID, *, user_id: UUID | None
) -> None:
    gone = await chats.remove_person(
        tx, chat_person_id, workspace_id=caller.workspace_id, user_id=user_id
    )
    subject = f"user/{gone['user_id']}"
    detail = {name: gone[name] for name in ("kind", "person_id", "name")}
    await journal.add_entry(tx, caller, action="chat.disconnected", subject=subject, detail=detail)


async def _connect(tx: Tx, caller: Caller, kind: Kind, person: Person) -> None:
    await chats.save_person(tx, kind, person, caller.actor_id, workspace_id=caller.workspace_id)
    detail = {"kind": kind, "person_id": person.person_id, "name": person.name}
    subject = f"user/{caller.actor_id}"
    await journal.add_entry(tx, caller, action="chat.connected", subject=subject, detail=detail)


# ---- for what chats tell --------------------------------------------------------------------------------


async def new_link(tx: Tx, channel: Row, person: Person, *, base: str) -> str:
    """Return an address by which somebody in a chat says, signed in, who they are."""
    code = secrets.readable(random.token_bytes(secrets.TOKEN_RANDOM))
    await chats.add_person_code(
        tx,
        secrets.digest(code),
        Kind(channel["kind"]),
        person,
        workspace_id=channel["workspace_id"],
        now=clock.now(),
    )
    return f"{base}/#{CONNECT}/{code}"


async def connect_by_code(db: Database, channel: Row, found: Code) -> str:
    """Use the code that somebody wrote into a chat; returns what is answered."""
    async with db.begin() as tx:
        row = await chats.claim_code(
            tx,
            secrets.digest(found.code),
            workspace_id=channel["workspace_id"],
            now=clock.now(),
        )
        caller = None
        if row is not None and row["user_id"] is not None:
            caller = await access.find_user_caller(
                tx, row["user_id"], workspace_id=row["workspace_id"], scopes=frozenset[Scope]()
            )
        if caller is None:
            return _NO_CODE
        await _connect(tx, caller, Kind(channel["kind"]), found.person)
    return f"{found.person.name} is known now, and acts by the roles of their account."
