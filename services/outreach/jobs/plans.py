"""What turns of sequences share: the plans of a chunk of enrollments, and the chunk by workspace."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services.outreach.domain.sequences.going_on import next_moment
from services.outreach.domain.sequences.steps import Step
from services.outreach.metrics import ENROLLMENTS
from services.outreach.store import sequences
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

    def steps_of(self, one: Enrollment) -> Sequence[Step]:
        return self.steps[one.sequence_id, one.version_no]

    def zone_of(self, one: Enrollment) -> ZoneInfo:
        """Return the zone of the mailbox that writes."""
        plan = self.plans.get(one.sequence_id)
        return ZoneInfo((plan.zone if plan else None) or _UTC)

    def next_moment(self, one: Enrollment, step_no: int, done_at: datetime) -> datetime:
        return next_moment(self.steps_of(one), step_no, done_at, zone=self.zone_of(one))


async def plans_of(tx: Tx, chunk: Iterable[Enrollment]) -> Plans:
    keys = {(one.sequence_id, one.version_no) for one in chunk}
    return Plans(
        await sequences.list_plans(tx, {sequence_id for sequence_id, _ in keys}),
        await sequences.list_steps(tx, keys),
    )


def by_workspace(chunk: Iterable[Enrollment]) -> dict[UUID, list[Enrollment]]:
    groups: dict[UUID, list[Enrollment]] = defaultdict(list)
    for one in chunk:
        groups[one.workspace_id].append(one)
    return dict(sorted(groups.items()))


def count_moved(moved: Iterable[Enrollment]) -> None:
    for one in moved:
        ENROLLMENTS.labels(one.progress.state).inc()
