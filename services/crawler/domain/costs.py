"""What looking costs, by site and day: requests, bytes and CPU, shared by the sites that wanted to know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.crawler.domain.claim import CheckRecord


@dataclass(slots=True)
class Charge:
    """What one site is charged for one day; a page that several sites watch is shared evenly."""

    site_id: UUID
    day: date
    checks: float = 0.0
    requests: float = 0.0
    wire_bytes: float = 0.0
    cpu_s: float = 0.0


def charges(checks: Sequence[CheckRecord], *, cpu_s: float) -> list[Charge]:
    """Return what the sites are charged; the CPU of a batch is spread evenly over its checks."""
    found: dict[tuple[UUID, date], Charge] = {}
    for check in checks:
        if check.memory.checked_at is None:
            continue
        day = check.memory.checked_at.date()
        for site_id in check.sites:
            share = 1 / len(check.sites)
            charge = found.setdefault((site_id, day), Charge(site_id, day))
            charge.checks += share
            charge.requests += share * check.requests
            charge.wire_bytes += share * check.wire_bytes
            charge.cpu_s += share * cpu_s / len(checks)
    return [found[key] for key in sorted(found)]
