"""What turns of sequences share: the plans of a chunk of enrollments, and the chunk by workspace."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services.outreach.domain.sequences.calendars import (
    NO_HOLIDAYS,
    Calendar,
    Reader,
    place_of,
)
from services.outreach.domain.sequences.going_on import next_moment
from services.outreach.domain.sequences.steps import Step
from services.outreach.metrics import ENROLLMENTS
from services.outreach.store import readings, sequences
from services.outreach.store.enrollments import Enrollment
from services.outreach.store.sequences import Plan, StepsKey
from shared.db import Tx

CHUNK = 200
"""How many rows a turn takes at most."""
_UTC = "UTC"


@dataclass(frozen=True, slots=True)
class Plans:
    """The sequences of a chunk and the steps that its enrollments began with."""

    plans: Mapping[UUID, Plan]
    steps: Mapping[StepsKey, Sequence[Step]]
    calendar: Calendar = NO_HOLIDAYS
    tags: Mapping[str, str] = field(default_factory=dict)
    """The language that a domain states, by domain."""

    def steps_of(self, one: Enrollment) -> Sequence[Step]:
        return self.steps[one.sequence_id, one.version_no]

    def zone_of(self, one: Enrollment) -> ZoneInfo:
        """Return the zone of the mailbox that writes."""
        plan = self.plans.get(one.sequence_id)
        return ZoneInfo((plan.zone if plan else None) or _UTC)

    def reader_of(self, one: Enrollment) -> Reader:
        """Return whose public holidays are left out for somebody."""
        plan = self.plans.get(one.sequence_id)
        place = place_of(
            self.calendar,
            domain=one.domain,
            tag=self.tags.get(one.domain),
            mailbox=plan.mailbox_address if plan else None,
            zone=plan.zone if plan else None,
        )
        return Reader(self.calendar, place)

    def next_moment(self, one: Enrollment, step_no: int, done_at: datetime) -> datetime:
        return next_moment(
            self.steps_of(one),
            step_no,
            done_at,
            zone=self.zone_of(one),
            reader=self.reader_of(one),
        )


async def plans_of(
    tx: Tx, chunk: Collection[Enrollment], *, calendar: Calendar = NO_HOLIDAYS
) -> Plans:
    keys = {(one.sequence_id, one.version_no) for one in chunk}
    return Plans(
        await sequences.list_plans(tx, {sequence_id for sequence_id, _ in keys}),
        await sequences.list_steps(tx, keys),
        calendar,
        await readings.list_languages(tx, {one.domain for one in chunk}),
    )


def by_workspace(chunk: Iterable[Enrollment]) -> dict[UUID, list[Enrollment]]:
    groups: dict[UUID, list[Enrollment]] = defaultdict(list)
    for one in chunk:
        groups[one.workspace_id].append(one)
    return dict(sorted(groups.items()))


def count_moved(moved: Iterable[Enrollment]) -> None:
    for one in moved:
        ENROLLMENTS.labels(one.progress.state).inc()
