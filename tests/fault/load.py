"""The load of the fault tests: link checks at a steady rate, each written down once it is committed.

`python -m tests.fault.load DATABASE_URL LEDGER COUNT RATE SEED BEGUN` plays the crawler's recording: it
puts `link.checked` into the crawler's outbox and, after each commit, a line into the ledger.
"""

import asyncio
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from shared import outbox
from shared.db import Database
from shared.events import LinkChecked, Observation
from shared.vocabulary import Outcome, Reason
from tests.profile.builders import an_observation, an_occurrence

BATCH = 25
ANCHORS = ("Acme Home", "acme.example", "garden furniture", "see here")
LOOKS = (Outcome.FOUND,) * 8 + (Outcome.UNKNOWN, Outcome.MISSING)


def checks(
    link_ids: Sequence[UUID], count: int, *, seed: int, begun: datetime
) -> Iterator[LinkChecked]:
    """Yield looks at the links in one order of `check_seq`; the same seed gives the same looks."""
    source = random.Random(seed)
    for seq in range(1, count + 1):
        link_id = source.choice(link_ids)
        moment = begun + timedelta(seconds=seq)
        observation = _observation(source, seq, moment)
        streak = source.choice((1, 2)) if observation.outcome is Outcome.MISSING else 0
        yield LinkChecked(
            link_id=link_id,
            observation=observation,
            missing_streak=streak,
            missing_since=moment if streak else None,
            next_check_at=moment + timedelta(days=1),
        )


def _observation(source: random.Random, seq: int, moment: datetime) -> Observation:
    outcome = source.choice(LOOKS)
    anchor = source.choice(ANCHORS)
    rel = ("nofollow",) if source.random() < 0.3 else ()
    if outcome is Outcome.FOUND:
        occurrence = an_occurrence(anchor_text=anchor, rel=rel)
        return an_observation(seq, checked_at=moment, occurrences=(occurrence,))
    reason = Reason.TIMEOUT if outcome is Outcome.UNKNOWN else Reason.LINK_REMOVED
    return an_observation(seq, outcome, checked_at=moment, reasons=(reason,))


async def write(
    url: str, ledger: Path, count: int, *, rate: float, seed: int, begun: datetime
) -> None:
    """Write all looks; writes how many are committed, batch by batch, to standard output as the tests' clock."""
    profile = Database(url, schema="profile", pool_size=1)
    async with profile.begin() as tx:
        found = await tx.fetch("SELECT link_id, workspace_id, site_id FROM links ORDER BY link_id")
    await profile.close()
    sites = {row["link_id"]: (row["workspace_id"], row["site_id"]) for row in found}
    crawler = Database(url, schema="crawler", pool_size=1)
    started = time.monotonic()
    done = 0
    batch: list[LinkChecked] = []
    with ledger.open("a", encoding="ascii") as file:
        for event in checks(list(sites), count, seed=seed, begun=begun):
            workspace_id, site_id = sites[event.link_id]
            batch.append(
                event.model_copy(update={"workspace_id": workspace_id, "site_id": site_id})
            )
            if len(batch) < BATCH and done + len(batch) < count:
                continue
            async with crawler.begin() as tx:
                await outbox.add(tx, batch)
            file.writelines(f"{e.event_id} {e.link_id} {e.observation.check_seq}\n" for e in batch)
            file.flush()
            os.fsync(file.fileno())
            done += len(batch)
            batch = []
            sys.stdout.write(f"{done}\n")
            sys.stdout.flush()
            await asyncio.sleep(max(0.0, started + done / rate - time.monotonic()))
    await crawler.close()


if __name__ == "__main__":
    url, ledger, count, rate, seed, begun = sys.argv[1:]
    asyncio.run(
        write(
            *(url, Path(ledger), int(count)),
            rate=float(rate),
            seed=int(seed),
            begun=datetime.fromisoformat(begun),
        )
    )
