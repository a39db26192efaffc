"""Mailboxes: the addresses that a team writes to other sites from."""

from dataclasses import replace
from datetime import datetime, time
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.outreach.api.mail_house import MailHouseDep, require_keeper, require_reader
from services.outreach.domain import pacing
from services.outreach.domain.address import MAX_ADDRESS, fault_of, written
from services.outreach.domain.letter import one_line
from services.outreach.domain.mailboxes import MAIL_PORTS, MailboxState, bound_to
from services.outreach.domain.pacing import Pace
from services.outreach.domain.preflight import Level, findings_of, may_send
from services.outreach.store import health, mailboxes
from services.outreach.store.mailboxes import Mailbox
from shared import clock, ids, mail_words, urls
from shared.errors import ConflictError, FieldError, InvalidError
from shared.inputs import TimeOfDay, Whole
from shared.mail_server import MailSecurity
from shared.versions import etag, require_match
from shared.web import CallerDep, DbDep, TxDep
from shared.zones import zone_of

router = APIRouter(prefix="/v1/mailboxes", tags=["mailboxes"])

_Host = Annotated[str, Field(min_length=1, max_length=253)]
_Port = Annotated[Whole, Field(ge=1, le=65_535)]
_Cap = Annotated[Whole, Field(ge=1, le=200)]
_SIGNING_IN = frozenset({"smtp_host", "smtp_port", "smtp_security", "username", "password"})


class MailboxIn(BaseModel):
    """A mailbox; most of it has a usual value."""

    model_config = ConfigDict(extra="forbid")

    address: str = Field(min_length=3, max_length=MAX_ADDRESS)
    sender_name: str = Field(default="", max_length=100, description="Who writes.")
    smtp_host: _Host
    smtp_port: _Port = 587
    smtp_security: MailSecurity = MailSecurity.STARTTLS
    imap_host: _Host | None = None
    imap_port: _Port | None = 993
    imap_security: MailSecurity | None = MailSecurity.TLS
    username: str = Field(default="", max_length=254, description="Empty: the address.")
    password: str = Field(default="", max_length=500)
    zone: str = Field(default="UTC", max_length=64, description="Such as Europe/Lisbon.")
    opens: TimeOfDay = time(8, 30)
    closes: TimeOfDay = time(17, 0)
    daily_cap: _Cap = 30
    hourly_cap: _Cap = 8


class MailboxPatch(BaseModel):
    """Fields to change; the address stays what it is."""

    model_config = ConfigDict(extra="forbid")

    sender_name: str = Field(default="", max_length=100)
    smtp_host: _Host = "x"
    smtp_port: _Port = 587
    smtp_security: MailSecurity = MailSecurity.STARTTLS
    imap_host: _Host | None = None
    imap_port: _Port | None = None
    imap_security: MailSecurity | None = None
    username: str = Field(default="", max_length=254)
    password: str = Field(default="", max_length=500)
    zone: str = Field(default="UTC", max_length=64)
    opens: TimeOfDay = time(8, 30)
    closes: TimeOfDay = time(17, 0)
    daily_cap: _Cap = 30
    hourly_cap: _Cap = 8


class FindingOut(BaseModel):
    """One thing that was found out about the mailbox."""

    check: str
    level: Level
    sentence: str
    todo: str


class WordsOut(BaseModel):
    label: str
    sentence: str
    todo: str


class MailboxOut(BaseModel):
    """A mailbox, without its password."""

    mailbox_id: UUID
    address: str
    sender_name: str
    smtp_host: str
    smtp_port: int
    smtp_security: MailSecurity
    imap_host: str | None
    imap_port: int | None
    imap_security: MailSecurity | None
    username: str
    zone: str
    opens: time
    closes: time
    daily_cap: int
    hourly_cap: int
    cap_today: int = Field(description="A new mailbox begins with few messages a day.")
    state: MailboxState
    words: WordsOut
    paused_because: str | None
    findings: list[FindingOut]
    checked_at: datetime | None
    created_at: datetime
    version: int

    @classmethod
    def of(cls, mailbox: Mailbox) -> Self:
        said = mail_words.MAILBOXES[mailbox.state]
        names = set(cls.model_fields) - {"words", "findings", "cap_today"}
        values: dict[str, Any] = {name: getattr(mailbox, name) for name in names}
        today = pacing.local_day(clock.now(), mailbox.zone)
        return cls(
            **values,
            cap_today=pacing.cap_on(today, pace_of(mailbox)),
            words=WordsOut(label=said.label, sentence=said.sentence, todo=said.todo),
            findings=[
                FindingOut(check=one.check, level=one.level, sentence=one.sentence, todo=one.todo)
                for one in mailbox.findings
            ],
        )


class MailboxesOut(BaseModel):
    items: list[MailboxOut]


@router.post("", status_code=201)
async def add_mailbox(
    body: MailboxIn, caller: CallerDep, tx: TxDep, house: MailHouseDep, response: Response
) -> MailboxOut:
    """Set a mailbox up; it sends nothing before it was checked."""
    require_keeper(caller)
    fault = fault_of(body.address)
    if fault is not None or not written(body.address).isascii():
        detail = fault or "The part before the @ may have letters a to z and digits only."
        raise InvalidError(detail, [FieldError("/address", "not-an-address", detail)])
    address = written(body.address)
    mailbox = Mailbox(
        mailbox_id=ids.new_id(),
        workspace_id=caller.workspace_id,
        address=address,
        created_by=caller.actor_id,
        created_at=clock.now(),
        **_fields(body.model_dump(exclude={"address", "password"})),
    )
    if not mailbox.username:
        mailbox = replace(mailbox, username=address)
    _require_sound(mailbox)
    sealed = house.vault.seal(body.password, bound_to=bound_to(mailbox.mailbox_id))
    await mailboxes.add_mailbox(tx, mailbox, sealed_password=sealed)
    response.headers["ETag"] = etag(mailbox.version)
    return MailboxOut.of(mailbox)


@router.get("")
async def list_mailboxes(caller: CallerDep, tx: TxDep) -> MailboxesOut:
    """Return the mailboxes of the workspace by address; there are at most 100."""
    require_reader(caller)
    found = await mailboxes.list_mailboxes(tx, caller.workspace_id)
    return MailboxesOut(items=[MailboxOut.of(one) for one in found])


@router.get("/{mailbox_id}")
async def get_mailbox(
    mailbox_id: UUID, caller: CallerDep, tx: TxDep, response: Response
) -> MailboxOut:
    """Return one mailbox."""
    require_reader(caller)
    found = await mailboxes.get_mailbox(tx, mailbox_id, workspace_id=caller.workspace_id)
    response.headers["ETag"] = etag(found.version)
    return MailboxOut.of(found)


@router.patch("/{mailbox_id}")
async def change_mailbox(
    mailbox_id: UUID,
    body: MailboxPatch,
    caller: CallerDep,
    tx: TxDep,
    house: MailHouseDep,
    request: Request,
    response: Response,
) -> MailboxOut:
    """Change a mailbox; whatever changes how it signs in has it checked anew."""
    require_keeper(caller)
    before = await mailboxes.get_mailbox(tx, mailbox_id, workspace_id=caller.workspace_id)
    require_match(request, before.version)
    given = body.model_dump(exclude_unset=True)
    after = replace(before, **_fields({k: v for k, v in given.items() if k != "password"}))
    if set(given) & _SIGNING_IN and before.state is MailboxState.READY:
        after = replace(after, state=MailboxState.UNCHECKED)
    _require_sound(after)
    sealed = None
    if body.password:
        sealed = house.vault.seal(body.password, bound_to=bound_to(mailbox_id))
    await mailboxes.save_mailbox(tx, after, sealed_password=sealed, now=clock.now())
    found = await mailboxes.get_mailbox(tx, mailbox_id, workspace_id=caller.workspace_id)
    response.headers["ETag"] = etag(found.version)
    return MailboxOut.of(found)


@router.delete("/{mailbox_id}", status_code=204)
async def remove_mailbox(mailbox_id: UUID, caller: CallerDep, tx: TxDep, request: Request) -> None:
    """Take a mailbox away with its password; what waited to be sent from it is cancelled."""
    require_keeper(caller)
    found = await mailboxes.get_mailbox(tx, mailbox_id, workspace_id=caller.workspace_id)
    require_match(request, found.version)
    await mailboxes.remove_mailbox(tx, mailbox_id, now=clock.now())


@router.post("/{mailbox_id}/preflight")
async def check_mailbox(
    mailbox_id: UUID, caller: CallerDep, db: DbDep, house: MailHouseDep
) -> MailboxOut:
    """Look at the domain's records and sign in; a mailbox in which nothing is wrong becomes ready."""
    require_keeper(caller)
    async with db.begin() as tx:
        mailbox = await mailboxes.get_mailbox(tx, mailbox_id, workspace_id=caller.workspace_id)
        account = await mailboxes.get_account(tx, mailbox_id)
    seen = await house.examiner.look(account, mailbox.address.rpartition("@")[2])
    findings = findings_of(seen)
    state = MailboxState.READY if may_send(findings) else MailboxState.UNCHECKED
    async with db.begin() as tx:
        await mailboxes.save_findings(tx, mailbox_id, findings, state, now=clock.now())
        found = await mailboxes.get_mailbox(tx, mailbox_id, workspace_id=caller.workspace_id)
    return MailboxOut.of(found)


@router.post("/{mailbox_id}/pause")
async def pause_mailbox(mailbox_id: UUID, caller: CallerDep, tx: TxDep) -> MailboxOut:
    """Stop a mailbox: it sends nothing from the next claim on."""
    require_keeper(caller)
    await mailboxes.get_mailbox(tx, mailbox_id, workspace_id=caller.workspace_id)
    await health.pause(tx, mailbox_id, because=f"Paused by {caller.actor}.", now=clock.now())
    return MailboxOut.of(
        await mailboxes.get_mailbox(tx, mailbox_id, workspace_id=caller.workspace_id)
    )


@router.post("/{mailbox_id}/resume")
async def resume_mailbox(mailbox_id: UUID, caller: CallerDep, tx: TxDep) -> MailboxOut:
    """Set a mailbox to work again; refused until a check finds nothing that stops it."""
    require_keeper(caller)
    found = await mailboxes.get_mailbox(tx, mailbox_id, workspace_id=caller.workspace_id)
    if not may_send(found.findings):
        raise ConflictError("Check the mailbox first, and mend what is found.", code="not-checked")
    await mailboxes.set_to_work(tx, mailbox_id, now=clock.now())
    return MailboxOut.of(
        await mailboxes.get_mailbox(tx, mailbox_id, workspace_id=caller.workspace_id)
    )


def pace_of(mailbox: Mailbox) -> Pace:
    return Pace(
        zone=mailbox.zone,
        opens=mailbox.opens,
        closes=mailbox.closes,
        daily_cap=mailbox.daily_cap,
        hourly_cap=mailbox.hourly_cap,
        ramp_from=mailbox.ramp_from,
    )


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    """Return what was given as it is kept: hosts in their normal spelling, names on one line."""
    kept = dict(given)
    for name in ("smtp_host", "imap_host"):
        if kept.get(name):
            kept[name] = urls.host_of(f"http://{kept[name].strip()}/")
    for name in ("sender_name", "username"):
        if name in kept:
            kept[name] = one_line(kept[name])
    for name in ("opens", "closes"):
        if name in kept:
            kept[name] = kept[name].replace(tzinfo=None)
    if "imap_host" in kept and not kept["imap_host"]:
        kept |= {"imap_host": None, "imap_port": None, "imap_security": None}
    return kept


def _require_sound(mailbox: Mailbox) -> None:
    faults = []
    for name in ("smtp", "imap"):
        host, port = getattr(mailbox, f"{name}_host"), getattr(mailbox, f"{name}_port")
        if host == "" or (name == "smtp" and not host):
            faults.append(FieldError(f"/{name}_host", "not-a-host", "Give the name of a server."))
        if host is not None and port not in MAIL_PORTS:
            allowed = ", ".join(map(str, sorted(MAIL_PORTS)))
            faults.append(FieldError(f"/{name}_port", "not-allowed", f"Use one of: {allowed}."))
    try:
        zone_of(mailbox.zone)
    except ValueError:
        faults.append(FieldError("/zone", "not-a-zone", "Give a zone such as Europe/Lisbon."))
    if mailbox.opens >= mailbox.closes:
        faults.append(FieldError("/closes", "not-allowed", "It must close after it opens."))
    if faults:
        raise InvalidError("This mailbox can't be used.", faults)
