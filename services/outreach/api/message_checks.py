"""What must hold before a message is written, changed or decided on."""

from uuid import UUID

from services.outreach.api.message_shapes import MessageIn
from services.outreach.domain.address import fault_of, written
from services.outreach.domain.letter import one_line
from services.outreach.domain.messages import Draft
from services.outreach.domain.sequences.template import leftovers
from services.outreach.domain.suppression import REASON_WORDS, first_cover, normal_address
from services.outreach.store import contacts, mailboxes, messages, prospects, sites, suppressions
from services.outreach.store.messages import Message
from shared import clock
from shared.access import Caller, Scope
from shared.db import Tx
from shared.errors import ConflictError, FieldError, InvalidError, NotFoundError
from shared.vocabulary import Role


async def get_message(tx: Tx, caller: Caller, message_id: UUID, role: Role) -> Message:
    """Return a message that the caller may see; NotFoundError for one of another's site."""
    caller.require_scope(Scope.OUTREACH_READ)
    found = await messages.get_message(tx, message_id, workspace_id=caller.workspace_id)
    if not caller.may_see(found.site_id):
        raise NotFoundError("There is no such message.")
    caller.require(found.site_id, role)
    return found


def moved(message: Message | None) -> Message:
    """Return a message that a step took on; ConflictError where it came too late."""
    if message is None:
        raise ConflictError(
            "The message is not in a state for this any more; read it again.", code="too-late"
        )
    return message


async def draft_of(tx: Tx, caller: Caller, body: MessageIn) -> Draft:
    """Return what a person wrote, checked: all that it names must be there, and the reader willing."""
    caller.require(body.site_id, Role.EDITOR)
    await sites.get_site(tx, body.site_id, workspace_id=caller.workspace_id)
    fault = fault_of(body.to_email)
    if fault is not None:
        raise InvalidError(fault, [FieldError("/to_email", "not-an-address", fault)])
    await mailboxes.get_mailbox(tx, body.mailbox_id, workspace_id=caller.workspace_id)
    await _require_known(tx, caller, body)
    await _require_willing(tx, caller, body.to_email)
    subject = one_line(body.subject)
    require_sendable_text(subject, body.text)
    return Draft(
        workspace_id=caller.workspace_id,
        site_id=body.site_id,
        mailbox_id=body.mailbox_id,
        contact_id=body.contact_id,
        prospect_id=body.prospect_id,
        to_email=written(body.to_email),
        to_name=None if body.to_name is None else one_line(body.to_name) or None,
        subject=subject,
        text=body.text,
        due_at=body.due_at or clock.now(),
        parent_message_id=body.parent_message_id,
    )


def require_sendable_text(subject: str, text: str) -> None:
    """Raise InvalidError for a letter without words, or with a part that somebody still has to fill in."""
    faults = []
    for name, said in (("subject", subject), ("text", text)):
        if not said.strip():
            faults.append(FieldError(f"/{name}", "missing", "Write something."))
        left = leftovers(said)
        if left:
            detail = f"Fill in or take out: {', '.join(left)[:200]}"
            faults.append(FieldError(f"/{name}", "placeholder-left", detail))
    if faults:
        raise InvalidError("The message is not ready to be sent.", faults)


async def _require_known(tx: Tx, caller: Caller, body: MessageIn) -> None:
    """Raise unless contact, prospect and the message before it are of the same workspace and site."""
    workspace_id = caller.workspace_id
    if body.contact_id is not None:
        found = await contacts.get_contacts(tx, workspace_id, [body.contact_id])
        if body.contact_id not in found:
            raise _unknown("contact_id", "contact")
    if body.prospect_id is not None:
        known = await prospects.get_prospects(tx, workspace_id, [body.prospect_id])
        if body.prospect_id not in known or known[body.prospect_id].site_id != body.site_id:
            raise _unknown("prospect_id", "prospect")
    if body.parent_message_id is not None:
        ours = await messages.find_messages(tx, [body.parent_message_id], workspace_id=workspace_id)
        parent = ours.get(body.parent_message_id)
        if parent is None or parent.site_id != body.site_id:
            raise _unknown("parent_message_id", "message")


def _unknown(field: str, noun: str) -> InvalidError:
    detail = f"There is no such {noun} of this site."
    return InvalidError(detail, [FieldError(f"/{field}", "not-found", detail)])


async def _require_willing(tx: Tx, caller: Caller, email: str) -> None:
    address = normal_address(email) or email
    known = await suppressions.list_covering(tx, [address], workspace_id=caller.workspace_id)
    cover = first_cover(address, known, caller.workspace_id)
    if cover is not None:
        detail = f"{REASON_WORDS[known[cover].reason]} ({cover.value})."
        fault = FieldError("/to_email", "suppressed", "Lift the suppression first, with a reason.")
        raise ConflictError(detail, [fault], code="suppressed")
