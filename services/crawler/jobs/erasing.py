"""Looks through kept pages for a person who wants to be forgotten, and lets go of what names them."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from services.crawler.adapters.archived import markup_of, text_of
from services.crawler.domain.evidence.draft import heads_of
from services.crawler.domain.evidence.packing import unpacked
from services.crawler.store import exhibits, retention
from shared import clock
from shared.erasing import Person
from shared.job_runner import JobRun
from shared.policies import find_policy

AT_ONCE = 20
"""Pieces of evidence in one step: each is unpacked and decoded."""
_PART = "evidence"


async def erase_evidence(
    run: JobRun, person: Person
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Empty evidence that names the person; its place in the chain stays, and what proves an agreement.

    Returns how much went and how much had to stay.
    """
    at = dict(run.job.cursor)
    seen: dict[str, int] = dict(at.get(_PART, {"gone": 0, "kept": 0}))
    after = UUID(str(at["evidence_after"])) if "evidence_after" in at else UUID(int=0)
    size = AT_ONCE
    while size == AT_ONCE:
        async with run.step() as step:
            rows = await exhibits.list_kept(
                step.tx, person.workspace_id, after=after, limit=AT_ONCE
            )
            named = [row for row in rows if await asyncio.to_thread(_names, row, person.address)]
            held = set((await find_policy(step.tx, person.workspace_id)).held_sites)
            free = [
                row["evidence_id"]
                for row in named
                if not row["is_proof"] and row["site_id"] not in held
            ]
            await retention.empty(step.tx, free, clock.now())
            done = Counter(seen)
            done.update(gone=len(free), kept=len(named) - len(free))
            seen, size = dict(done), len(rows)
            after = rows[-1]["evidence_id"] if rows else after
            step.done += len(free)
            step.cursor = {**at, _PART: seen, "evidence_after": str(after)}
    return {_PART: seen["gone"]}, {_PART: seen["kept"]}


def _names(row: exhibits.Row, address: str) -> bool:
    """Say whether a piece of evidence has the address anywhere: in what was said, asked or answered."""
    wanted = address.lower()
    heads = heads_of(row["heads"])
    body = unpacked(row["body"]) if row["body"] is not None else b""
    said = unpacked(row["statement"]).decode("utf-8", "replace")
    shown = heads.shown.decode("utf-8", "replace")
    if any(wanted in text.lower() for text in (said, shown, markup_of(heads, body))):
        return True
    return wanted in text_of(heads, body).lower()  # where the markup only spells it in another way
