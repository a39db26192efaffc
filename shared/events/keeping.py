"""What is kept and for how long, what is deleted for good, and copies that are sent once more."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.envelope import Event

_OTHERS = ("crawler", "profile", "toxicity", "outreach")
_PUBLISHERS = ("profile", "toxicity", "outreach", "gateway")


class RetentionChanged(Event):
    """For how many days a workspace keeps what, and the sites of which nothing may be deleted."""

    name: ClassVar[str] = "retention.changed"
    publisher: ClassVar[str] = "gateway"
    consumers: ClassVar[tuple[str, ...]] = _OTHERS

    version_no: int
    """Grows with every change; an older one never overwrites a newer one."""
    days: dict[str, int] = Field(default_factory=dict)
    held_sites: Annotated[tuple[UUID, ...], Field(max_length=1000)] = ()

    about: ClassVar[tuple[str, str]] = ("workspace", "workspace_id")


class SiteRemoved(Event):
    """The time to bring a deleted site back is over: every row of it is deleted, in every service."""

    name: ClassVar[str] = "site.removed"
    publisher: ClassVar[str] = "profile"
    consumers: ClassVar[tuple[str, ...]] = ("crawler", "toxicity", "outreach", "gateway")

    about: ClassVar[tuple[str, str]] = ("site", "site_id")


class WorkspaceDeleted(Event):
    """A workspace was deleted: its sites rest and its mail stops. Until it is removed it can come back."""

    name: ClassVar[str] = "workspace.deleted"
    publisher: ClassVar[str] = "gateway"
    consumers: ClassVar[tuple[str, ...]] = ("profile", "outreach")

    deleted_at: datetime

    about: ClassVar[tuple[str, str]] = ("workspace", "workspace_id")


class WorkspaceRestored(Event):
    """A deleted workspace came back, with the sites that were deleted along with it."""

    name: ClassVar[str] = "workspace.restored"
    publisher: ClassVar[str] = "gateway"
    consumers: ClassVar[tuple[str, ...]] = ("profile",)

    deleted_at: datetime

    about: ClassVar[tuple[str, str]] = ("workspace", "workspace_id")


class WorkspaceRemoved(Event):
    """The time to bring a deleted workspace back is over: every row of it is deleted everywhere."""

    name: ClassVar[str] = "workspace.removed"
    publisher: ClassVar[str] = "gateway"
    consumers: ClassVar[tuple[str, ...]] = _OTHERS

    about: ClassVar[tuple[str, str]] = ("workspace", "workspace_id")


class ErasureRequested(Event):
    """A person wants everything about them deleted. Never outward: it names the person."""

    name: ClassVar[str] = "erasure.requested"
    publisher: ClassVar[str] = "gateway"
    consumers: ClassVar[tuple[str, ...]] = _OTHERS
    private: ClassVar[bool] = True

    erasure_id: UUID
    address: str
    is_user: bool = False
    """Whether it was a user of the workspace, whose deeds stay, without the name."""
    requested_by: str = ""

    about: ClassVar[tuple[str, str]] = ("erasure", "erasure_id")


class ErasureDone(Event):
    """A service has deleted what it kept about a person: how much of what, and no name."""

    name: ClassVar[str] = "erasure.done"
    publisher: ClassVar[str] = "all"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)

    erasure_id: UUID
    service: str
    counts: dict[str, int] = Field(default_factory=dict)
    kept: dict[str, int] = Field(default_factory=dict)
    """What had to stay: under a legal hold, or as the proof of a placement in force."""

    about: ClassVar[tuple[str, str]] = ("erasure", "erasure_id")


class CopiesWanted(Event):
    """A service wants its copies of what others own sent once more: of all workspaces, one, or one site."""

    name: ClassVar[str] = "copies.wanted"
    publisher: ClassVar[str] = "all"
    consumers: ClassVar[tuple[str, ...]] = _PUBLISHERS

    service: str
    """Who wants them."""
    copies: tuple[str, ...]
    rebuild_id: UUID | None = None

    about: ClassVar[tuple[str, str]] = ("service", "service")


class CopiesSent(Event):
    """The owner of copies has sent all of them that a rebuild asked for."""

    name: ClassVar[str] = "copies.sent"
    publisher: ClassVar[str] = "all"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)

    rebuild_id: UUID
    service: str
    """To whom they went."""
    copy_name: str
    sent: int

    about: ClassVar[tuple[str, str]] = ("rebuild", "rebuild_id")
