"""A placement as it is kept: terms, what was seen of its link, and its dates."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.outreach.domain.placement import Seen, State, is_overdue, state_of
from services.outreach.domain.terms import Terms
from shared.vocabulary import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    placement_id: UUID
    workspace_id: UUID
    site_id: UUID
    terms: Terms
    vendor_id: UUID | None = None
    vendor_name: str | None = None
    note: str | None = None
    terms_seq: int = 1
    version: int = 1
    seen: Seen = Seen.PROMISED
    reasons: tuple[Reason, ...] = ()
    link_id: UUID | None = None
    first_live_at: datetime | None = None
    lost_at: datetime | None = None
    page_title: str | None = None
    page_contacts: tuple[str, ...] = ()
    page_outlinks: int | None = None
    toxicity_sentence: str | None = None
    created_by: UUID
    created_at: datetime
    updated_at: datetime | None = None
    cancelled_at: datetime | None = None

    def state(self, today: date) -> State:
        return state_of(
            self.seen,
            until_on=self.terms.until_on,
            cancelled=self.cancelled_at is not None,
            today=today,
        )

    def overdue(self, today: date) -> bool:
        return is_overdue(self.state(today), go_live_on=self.terms.go_live_on, today=today)
