"""Pulls links from a service that sells them: no call without room under the cap; resumed by page."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.profile.adapters.connectors import ConnectorClient
from services.profile.domain.connectors import (
    CONNECTORS,
    LABELS,
    Ask,
    Connector,
    KeyRefusedError,
    Provider,
    PulledPage,
    to_csv,
)
from services.profile.domain.site import Site
from services.profile.store import connectors, imports, sites
from shared import clock, jobs
from shared.db import Database, Tx
from shared.errors import InvalidError, UnavailableError
from shared.ids import new_id
from shared.job_runner import JobRun
from shared.log import get_logger
from shared.stored_file import CHUNK
from shared.vault import Vault

log = get_logger(__name__)

WEEK = timedelta(days=7)
_DUE = 50


@dataclass(frozen=True, slots=True)
class _Pull:
    """One pull where it stands; what the job's cursor holds."""

    site: Site
    provider: Provider
    import_id: UUID
    began: datetime
    since: date | None
    rows: int
    page: int = 0
    asked: int = 0
    kept: int = 0
    complete: bool = False
    place: str | None = None

    @property
    def connector(self) -> Connector:
        return CONNECTORS[self.provider]

    @property
    def ask(self) -> Ask:
        limit = min(self.connector.page_rows, self.rows - self.asked)
        return Ask(self.site.domain, limit, self.asked, self.since, self.place)

    @property
    def goes_on(self) -> bool:
        """Whether there is more to ask for, and the pull may ask for it."""
        may_call = self.page < len(self.connector.calls(self.rows))
        return not self.complete and self.asked < self.rows and may_call


class ConnectorPuller:
    """Performs jobs of kind `connector_pull`; what it gets is read by a job of kind `import`."""

    def __init__(self, db: Database, client: ConnectorClient, vault: Vault) -> None:
        self._db = db
        self._client = client
        self._vault = vault

    async def __call__(self, run: JobRun) -> None:
        """Ask page after page, then hand over what came."""
        pull = await self._begin(run)
        stopped = None
        while pull.goes_on:
            cost = pull.connector.estimate(pull.ask.limit)
            key = await self._admit(pull, cost)
            if key is None:
                stopped = await self._refusal(pull, cost)
                break
            page = await self._ask(pull, key, cost)
            pull = await self._keep(run, pull, page, cost)
        await self._hand_over(run, pull, stopped)

    async def _begin(self, run: JobRun) -> _Pull:
        provider = Provider(run.job.payload["provider"])
        async with self._db.begin() as tx:
            found = await sites.find_sites(tx, {run.job.site_id} if run.job.site_id else set())
            site = next(iter(found.values()), None)
            if site is None:
                raise InvalidError("The site of this connector was deleted.")
            mine = await connectors.get(tx, site.site_id, provider)
        cursor = run.job.cursor
        if cursor:
            return _Pull(
                site,
                provider,
                UUID(cursor["import_id"]),
                datetime.fromisoformat(cursor["began"]),
                date.fromisoformat(cursor["since"]) if cursor["since"] else None,
                *(cursor["rows"], cursor["page"], cursor["asked"], cursor["kept"]),
                complete=cursor["complete"],
                place=cursor.get("place"),
            )
        since = mine.pulled_until.date() if mine.pulled_until else None
        pull = _Pull(site, provider, new_id(), clock.now(), since, mine.rows_per_pull)
        async with run.step() as step:
            name = f"{provider.value}-{pull.began:%Y-%m-%d}.csv"
            actor = str(run.job.payload.get("actor", "schedule"))
            await imports.add_import(
                step.tx, site, pull.import_id, file_no=0, file_name=name, actor=actor
            )
            step.total = pull.rows
            step.cursor = _cursor(pull)
        return pull

    async def _admit(self, pull: _Pull, cost: int) -> str | None:
        """Count the cost of a call and return the key for it; None if the cap forbids it."""
        site_id, provider = pull.site.site_id, pull.provider
        async with self._db.begin() as tx:
            await connectors.get(tx, site_id, provider, lock=True)
            if not await connectors.reserve(tx, site_id, provider, cost, clock.now()):
                return None
            return await connectors.get_key(tx, site_id, provider, vault=self._vault)

    async def _refusal(self, pull: _Pull, cost: int) -> str:
        async with self._db.begin() as tx:
            mine = await connectors.get(tx, pull.site.site_id, pull.provider)
        return connectors.refusal_of(mine, cost, clock.now())

    async def _ask(self, pull: _Pull, key: str, cost: int) -> PulledPage:
        """Make one call. One that is refused is not charged; of any other we cannot know."""
        try:
            reply = await self._client.send(pull.provider, pull.connector.request(pull.ask, key))
            return await asyncio.to_thread(pull.connector.read, reply, pull.ask)
        except InvalidError as error:
            async with self._db.begin() as tx:
                site_id, provider = pull.site.site_id, pull.provider
                if isinstance(error, KeyRefusedError):
                    await connectors.settle(tx, site_id, provider, more=-cost)
                await connectors.end_pull(tx, site_id, provider, until=None, note=error.detail)
            raise

    async def _keep(self, run: JobRun, pull: _Pull, page: PulledPage, cost: int) -> _Pull:
        """Keep a page with the place behind it, and what it cost, in one transaction."""
        body = to_csv(pull.connector.columns, page.rows, header=pull.page == 0)
        asked = pull.asked + min(page.got, pull.ask.limit)
        after = _Pull(
            *(pull.site, pull.provider, pull.import_id, pull.began, pull.since, pull.rows),
            *(pull.page + 1, asked, pull.kept + len(page.rows)),
            complete=_is_last(pull, page),
            place=page.place,
        )
        async with run.step() as step:
            await imports.add_chunk(step.tx, pull.import_id, pull.page, body)
            await connectors.settle(
                step.tx, pull.site.site_id, pull.provider, more=page.units - cost
            )
            step.done = page.got
            step.accepted = len(page.rows)
            step.cursor = _cursor(after)
        return after

    async def _hand_over(self, run: JobRun, pull: _Pull, stopped: str | None) -> None:
        """Give what came to the import, and note until when the links are known."""
        if stopped is None and not pull.complete:
            stopped = (
                f"It stopped at {pull.asked:,} rows and {pull.page:,} calls, as set; there may be "
                "more. The next pull asks for the same time again."
            )
        async with run.step(ends=stopped is None or pull.kept > 0) as step:
            if pull.kept:
                job = await _queue(step.tx, pull)
                step.result_url = f"/v1/jobs/{job.job_id}"
            else:
                await imports.remove_imports(step.tx, [pull.import_id])
            label = LABELS[pull.provider]
            note = " ".join(filter(None, [f"{pull.kept:,} links came from {label}.", stopped]))
            until = pull.began if stopped is None else None
            await connectors.end_pull(
                step.tx, pull.site.site_id, pull.provider, until=until, note=note
            )
        if stopped is not None and not pull.kept:
            raise InvalidError(stopped)


def _is_last(pull: _Pull, page: PulledPage) -> bool:
    """Say whether nothing is left to ask for: the provider says so, or fewer rows came than asked."""
    if page.more is not None:
        return not page.more
    return len(page.rows) < page.got or page.got < pull.ask.limit


async def _queue(tx: Tx, pull: _Pull) -> jobs.Job:
    """Let the import read the pages as one file of the provider."""
    whole = await connectors.join_chunks(tx, pull.import_id, size=CHUNK)
    digest = hashlib.sha256(whole).hexdigest()
    lines = whole.count(b"\n")
    await imports.finish_upload(tx, pull.import_id, size=len(whole), lines=lines, sha256=digest)
    job = await jobs.add_job(
        tx,
        kind="import",
        workspace_id=pull.site.workspace_id,
        site_id=pull.site.site_id,
        total=lines,
    )
    await imports.queue_imports(tx, [pull.import_id], job_id=job.job_id, dry_run=False)
    return job


def _cursor(pull: _Pull) -> dict[str, Any]:
    return {
        "import_id": str(pull.import_id),
        "began": pull.began.isoformat(),
        "since": pull.since.isoformat() if pull.since else None,
        "rows": pull.rows,
        "page": pull.page,
        "asked": pull.asked,
        "kept": pull.kept,
        "complete": pull.complete,
        "place": pull.place,
    }


async def queue_due(tx: Tx, now: datetime) -> int:
    """Queue the weekly pulls that are due; a sweep of the night."""
    # Half a day of grace, so that a sweep that was late last week is not a day late every week.
    due = await connectors.list_due(tx, before=now - WEEK + timedelta(hours=12), limit=_DUE)
    for mine in due:
        if await connectors.is_pulling(tx, mine.site_id, mine.provider):
            await connectors.mark_asked(tx, mine.site_id, mine.provider, now)
        else:
            await connectors.queue_pull(tx, mine, actor="schedule")
    return len(due)


async def seal_keys(db: Database, vault: Vault) -> int:
    """Encrypt the keys that are stored open, or under an older master key; returns how many."""
    sealed = 0
    after: connectors.Place | None = None
    while True:
        async with db.begin() as tx:
            count, after = await connectors.seal_some(tx, vault, after=after, limit=_DUE)
        sealed += count
        if after is None:
            return sealed


async def keep_sealed(stop: asyncio.Event, *, db: Database, vault: Vault) -> None:
    """Make the master key at the first start, and encrypt what an older version stored open."""
    try:
        vault.prepare()
        sealed = await seal_keys(db, vault)
    except UnavailableError as error:
        # Nothing else needs the key: connectors say the same when somebody uses them.
        log.warning("keys of connectors cannot be encrypted", why=error.detail)
    else:
        if sealed:
            log.info("keys of connectors encrypted", count=sealed)
    await stop.wait()
