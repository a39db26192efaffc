"""Mailboxes: the addresses that a team writes to other sites from."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.outreach.api.mail_house import MailHouseDep, require_keeper, require_reader
from services.outreach.api.mail_sign_ins import give_back
from services.outreach.api.mailbox_shapes import (
    MailboxesOut,
    MailboxIn,
    MailboxOut,
    MailboxPatch,
)
from services.outreach.domain.address import fault_of, written
from services.outreach.domain.letter import one_line
from services.outreach.domain.mailboxes import MAIL_PORTS, MailboxState, SignIn, bound_to
from services.outreach.domain.oauth.providers import SERVERS
from services.outreach.domain.preflight import findings_of, may_send
from services.outreach.store import health, mail_apps, mail_tokens, mailboxes
from services.outreach.store.mailboxes import Mailbox
from shared import clock, ids, urls
from shared.errors import ConflictError, FieldError, InvalidError
from shared.versions import IF_MATCH, etag, require_match
from shared.web import CallerDep, DbDep, TxDep
from shared.zones import zone_of

router = APIRouter(prefix="/v1/mailboxes", tags=["mailboxes"])

_SIGNING_IN = frozenset(
    {
        *("smtp_host", "smtp_port", "smtp_security", "imap_host", "imap_port", "imap_security"),
        *("username", "password", "sign_in", "provider"),
    }
)


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
        **_fields(_with_servers(body)),
    )
    if not mailbox.username:
        mailbox = replace(mailbox, username=address)
    _require_sound(mailbox)
    password = body.password if mailbox.sign_in is SignIn.PASSWORD else ""
    sealed = house.vault.seal(password, bound_to=bound_to(mailbox.mailbox_id))
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


@router.patch("/{mailbox_id}", dependencies=[IF_MATCH])
async def change_mailbox(
    mailbox_id: UUID,
    body: MailboxPatch,
    caller: CallerDep,
    db: DbDep,
    house: MailHouseDep,
    request: Request,
    response: Response,
) -> MailboxOut:
    """Change a mailbox; whatever changes how it signs in has it checked anew."""
    require_keeper(caller)
    given = body.model_dump(exclude_unset=True)
    async with db.begin() as tx:
        before = await mailboxes.get_mailbox(tx, mailbox_id, workspace_id=caller.workspace_id)
        require_match(request, before.version)
        after = _changed(before, given)
        _require_sound(after)
        sealed, app, token = None, None, None
        if body.password or (after.sign_in, before.sign_in) == (SignIn.OAUTH, SignIn.PASSWORD):
            password = body.password if after.sign_in is SignIn.PASSWORD else ""
            sealed = house.vault.seal(password, bound_to=bound_to(mailbox_id))
        if before.provider is not None and before.provider is not after.provider:
            app = await mail_apps.find_app(tx, caller.workspace_id, before.provider)
            token = await mail_tokens.take_token(tx, mailbox_id)
        await mailboxes.save_mailbox(tx, after, sealed_password=sealed, now=clock.now())
        found = await mailboxes.get_mailbox(tx, mailbox_id, workspace_id=caller.workspace_id)
    await give_back(house, app, token)
    response.headers["ETag"] = etag(found.version)
    return MailboxOut.of(found)


@router.delete("/{mailbox_id}", status_code=204, dependencies=[IF_MATCH])
async def remove_mailbox(
    mailbox_id: UUID, caller: CallerDep, db: DbDep, house: MailHouseDep, request: Request
) -> None:
    """Take a mailbox away with its password and tokens; what waited to be sent from it is cancelled."""
    require_keeper(caller)
    async with db.begin() as tx:
        found = await mailboxes.get_mailbox(tx, mailbox_id, workspace_id=caller.workspace_id)
        require_match(request, found.version)
        app = None
        if found.provider is not None:
            app = await mail_apps.find_app(tx, caller.workspace_id, found.provider)
        token = await mail_tokens.take_token(tx, mailbox_id)
        await mailboxes.remove_mailbox(tx, mailbox_id, now=clock.now())
    await give_back(house, app, token)


@router.post("/{mailbox_id}/preflight")
async def check_mailbox(
    mailbox_id: UUID, caller: CallerDep, db: DbDep, house: MailHouseDep
) -> MailboxOut:
    """Look at the domain's records and sign in; a mailbox in which nothing is wrong becomes ready."""
    require_keeper(caller)
    async with db.begin() as tx:
        mailbox = await mailboxes.get_mailbox(tx, mailbox_id, workspace_id=caller.workspace_id)
        account = await mailboxes.get_account(tx, mailbox_id)
        reading = None
        if mailbox.imap_host is not None:
            reading = await mailboxes.get_reading_account(tx, mailbox_id)
    seen = await house.examiner.look(account, reading, mailbox.address.rpartition("@")[2])
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


def _with_servers(body: MailboxIn) -> dict[str, Any]:
    """Return what was given for a mailbox, with the servers of a known provider where none are named."""
    values = body.model_dump(exclude={"address", "password"})
    known = SERVERS.get(body.provider) if body.provider is not None else None
    if known is not None and body.sign_in is SignIn.OAUTH:
        for kind in ("smtp", "imap"):
            if not values[f"{kind}_host"]:
                names = [f"{kind}_{part}" for part in ("host", "port", "security")]
                values |= {name: getattr(known, name) for name in names}
    return values


def _changed(before: Mailbox, given: dict[str, Any]) -> Mailbox:
    fields = _fields({name: value for name, value in given.items() if name != "password"})
    if fields.get("sign_in") is SignIn.PASSWORD:
        fields["provider"] = None
    after = replace(before, **fields)
    if set(given) & _SIGNING_IN and before.state is MailboxState.READY:
        after = replace(after, state=MailboxState.UNCHECKED)
    return after


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
    faults = _faults_of_signing_in(mailbox)
    for name in ("smtp", "imap"):
        host, port = getattr(mailbox, f"{name}_host"), getattr(mailbox, f"{name}_port")
        if host == "" or (name == "smtp" and host is None):
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


def _faults_of_signing_in(mailbox: Mailbox) -> list[FieldError]:
    if mailbox.sign_in is SignIn.OAUTH and mailbox.provider is None:
        return [FieldError("/provider", "required", "Say at which provider it signs in.")]
    if mailbox.sign_in is SignIn.PASSWORD and mailbox.provider is not None:
        said = "Only a mailbox that signs in with OAuth has a provider."
        return [FieldError("/provider", "not-allowed", said)]
    return []
