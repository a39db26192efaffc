"""What the routes of mail need besides rows, and who may use them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from services.outreach.adapters.examiner import Examiner
from services.outreach.adapters.token_desk import TokenDesk
from services.outreach.domain.sequences.calendars import NO_HOLIDAYS, Calendar
from shared.access import Caller, Scope
from shared.errors import ForbiddenError
from shared.vault import Vault
from shared.vocabulary import Role


@dataclass(frozen=True, slots=True)
class MailHouse:
    examiner: Examiner
    vault: Vault
    desk: TokenDesk
    allowed: bool
    """Whether the operator lets workspaces send at all."""
    public_url: str | None
    calendar: Calendar = NO_HOLIDAYS

    @property
    def one_click(self) -> bool:
        """Say whether readers can leave with one click."""
        return self.public_url is not None and self.public_url.startswith("https:")


def _mail_house(request: Request) -> MailHouse:
    house: MailHouse = request.app.state.mail_house
    return house


MailHouseDep = Annotated[MailHouse, Depends(_mail_house)]


def require_reader(caller: Caller) -> None:
    """Let everybody of the team read: whoever writes a message chooses a mailbox for it."""
    caller.require_scope(Scope.OUTREACH_READ)
    if caller.is_only_client:
        raise ForbiddenError("Clients are not shown outreach.", code="role-required")


def require_keeper(caller: Caller) -> None:
    """Let whoever edits the whole workspace keep its mailboxes."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    caller.require_workspace(Role.EDITOR)
