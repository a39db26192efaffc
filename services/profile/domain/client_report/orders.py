"""What a job is asked to make, as its row keeps it; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.profile.domain.client_report.spans import Span
from shared.reporting import Parts


@dataclass(frozen=True, slots=True)
class Order:
    """What a job is asked to make."""

    span: Span
    parts: Parts
    created_by: str
    scheduled: bool = False
    report_id: UUID | None = None
    """A draft to be made again."""
    replaces: UUID | None = None

    def as_payload(self) -> dict[str, Any]:
        """Return the order as the job keeps it."""
        return {
            "starts_on": self.span.starts_on.isoformat(),
            "ends_on": self.span.ends_on.isoformat(),
            "parts": self.parts.model_dump(mode="json"),
            "created_by": self.created_by,
            "scheduled": self.scheduled,
            "report_id": str(self.report_id) if self.report_id else None,
            "replaces": str(self.replaces) if self.replaces else None,
        }

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "Order":
        """Return the order that a job keeps."""
        again, replaced = payload["report_id"], payload["replaces"]
        return cls(
            span=Span(
                date.fromisoformat(payload["starts_on"]), date.fromisoformat(payload["ends_on"])
            ),
            parts=Parts.model_validate(payload["parts"]),
            created_by=payload["created_by"],
            scheduled=payload["scheduled"],
            report_id=UUID(again) if again else None,
            replaces=UUID(replaced) if replaced else None,
        )
