"""The switch of a workspace's mail to other sites, and what every letter says of who sends it."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.outreach.api.mail_house import MailHouse, MailHouseDep, require_reader
from services.outreach.domain.letter import one_line
from services.outreach.store import outreach_settings
from services.outreach.store.outreach_settings import OutreachSettings
from shared import clock
from shared.access import Caller, Scope
from shared.errors import ConflictError, FieldError, InvalidError
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/v1/outreach/settings", tags=["outreach"])


class SettingsIn(BaseModel):
    """The settings, whole."""

    model_config = ConfigDict(extra="forbid")

    sending: bool = Field(description="Whether approved messages go out.")
    sender_name: str = Field(
        default="",
        max_length=100,
        description="Who writes, where a mailbox has no name of its own.",
    )
    postal_address: str = Field(
        default="", max_length=300, description="Stands below every letter, as many laws want it."
    )


class SettingsOut(BaseModel):
    """The settings, and whether anything can go out."""

    sending: bool
    sender_name: str
    postal_address: str
    switched_by: str | None
    switched_at: datetime | None
    allowed: bool = Field(description="Whether the operator of this installation allows it at all.")
    one_click: bool = Field(description="Whether readers can leave with one click.")
    sentence: str


@router.get("")
async def get_outreach_settings(caller: CallerDep, tx: TxDep, house: MailHouseDep) -> SettingsOut:
    """Return the settings; mail is off until an owner switches it on."""
    require_reader(caller)
    return _answer(await outreach_settings.get_settings(tx, caller.workspace_id), house)


@router.put("")
async def put_outreach_settings(
    body: SettingsIn, caller: CallerDep, tx: TxDep, house: MailHouseDep
) -> SettingsOut:
    """Set them. Only an owner, signed in, switches mail on; every editor switches it off, at once."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    caller.require_workspace(Role.EDITOR)
    before = await outreach_settings.get_settings(tx, caller.workspace_id)
    wanted = OutreachSettings(
        workspace_id=caller.workspace_id,
        sending=body.sending,
        sender_name=one_line(body.sender_name),
        postal_address=body.postal_address.strip(),
        switched_by=before.switched_by,
        switched_at=before.switched_at,
    )
    if body.sending:
        _require_complete(wanted, house)
    if body.sending != before.sending:
        wanted = _switched(wanted, caller)
    return _answer(await outreach_settings.save_settings(tx, wanted), house)


def _require_complete(wanted: OutreachSettings, house: MailHouse) -> None:
    if not house.allowed:
        raise ConflictError(
            "The operator of this installation has forbidden mail to other sites.",
            code="mail-forbidden",
        )
    needed = ("sender_name", "postal_address")
    faults = [
        FieldError(f"/{name}", "missing", "Every letter must say who sends it, and from where.")
        for name in needed
        if not getattr(wanted, name)
    ]
    if faults:
        raise InvalidError("Mail needs a sender and a postal address first.", faults)


def _switched(wanted: OutreachSettings, caller: Caller) -> OutreachSettings:
    if wanted.sending:
        caller.require_workspace(Role.OWNER)
        caller.require_person("switch mail on")
    return OutreachSettings(
        workspace_id=wanted.workspace_id,
        sending=wanted.sending,
        sender_name=wanted.sender_name,
        postal_address=wanted.postal_address,
        switched_by=caller.actor,
        switched_at=clock.now(),
    )


def _answer(settings: OutreachSettings, house: MailHouse) -> SettingsOut:
    return SettingsOut(
        sending=settings.sending,
        sender_name=settings.sender_name,
        postal_address=settings.postal_address,
        switched_by=settings.switched_by,
        switched_at=settings.switched_at,
        allowed=house.allowed,
        one_click=house.one_click,
        sentence=_sentence(settings, house),
    )


def _sentence(settings: OutreachSettings, house: MailHouse) -> str:
    if not house.allowed:
        return "The operator of this installation has forbidden mail to other sites."
    if not settings.sending:
        return "Mail to other sites is off: nothing goes out until an owner switches it on."
    leaving = (
        ""
        if house.one_click
        else (" Readers leave by answering, not with one click: there is no public https address.")
    )
    return f"Mail is on: what a person approved goes out, within hours and limits.{leaving}"
