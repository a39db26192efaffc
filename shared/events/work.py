"""Progress of long work."""

from typing import ClassVar
from uuid import UUID

from shared.events.envelope import Event
from shared.vocabulary import JobState


class JobUpdated(Event):
    """A job made progress; at most one a second for each job."""

    name: ClassVar[str] = "job.updated"
    publisher: ClassVar[str] = "all"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)

    job_id: UUID
    service: str
    kind: str
    state: JobState
    total: int | None = None
    done: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    eta_seconds: int | None = None

    about: ClassVar[tuple[str, str]] = ("job", "job_id")


class WebhookDisabled(Event):
    """A webhook was switched off because its receiver took nothing; what happens meanwhile is kept."""

    name: ClassVar[str] = "webhook.disabled"
    publisher: ClassVar[str] = "gateway"
    outward: ClassVar[bool] = True

    webhook_id: UUID
    webhook_name: str
    url: str
    because: str

    about: ClassVar[tuple[str, str]] = ("webhook", "webhook_id")
