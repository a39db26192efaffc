"""Reads uploaded files into links and claims, batch by batch; a killed import goes on where it was."""

import asyncio
import io
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from typing import IO

from services.profile.domain.importing import RowBatch, row_keys, shown_detection, sort_rows
from services.profile.domain.imports import (
    Detection,
    Dialect,
    Part,
    Row,
    RowError,
    TargetRow,
    detect_part,
    lists_own_pages,
    part_of,
    parts_of,
    read,
    read_targets,
    remap,
)
from services.profile.domain.site import Site
from services.profile.jobs.turns import Turn
from services.profile.jobs.weighing import weigh_targets
from services.profile.metrics import IMPORT_ROWS, IMPORT_SECONDS
from services.profile.store import claims, imports, incoming, mappings, sites
from services.profile.store.fresh import Met, Prepared, prepare
from services.profile.store.imports import Import
from shared import clock, jobs, outbox
from shared.db import Database, Tx
from shared.errors import InvalidError
from shared.events import ImportCompleted
from shared.job_runner import JobRun
from shared.jobs import Step
from shared.stored_file import CHUNK, StoredFile

KIND = "import"
MAX_LISTS = 100
_PATIENCE_S = 60.0  # so that a thread never outlives a loop that has ended


class ImportReader:
    """Performs jobs of kind `import`."""

    def __init__(self, db: Database, *, batch_rows: int) -> None:
        self._db = db
        self._batch_rows = batch_rows

    async def __call__(self, run: JobRun) -> None:
        """Read the files of one request, one after the other."""
        async with self._db.begin() as tx:
            files = await imports.list_job_imports(tx, run.job.job_id)
            found = await sites.find_sites(tx, {file.site_id for file in files})
        if not files or files[0].site_id not in found:
            raise InvalidError("The site of this import was deleted.")
        site = found[files[0].site_id]
        while (file := await self._next(run)) is not None:
            await self._read_file(run, site, file)
        async with self._db.begin() as tx:
            read_files = await imports.list_job_imports(tx, run.job.job_id)
        if all(file.refused and not file.targets for file in read_files):
            raise InvalidError(" ".join(f"{file.file_name}: {file.refused}" for file in read_files))

    async def _next(self, run: JobRun) -> Import | None:
        """Return the file to go on with; the lists of an archive come behind all files."""
        async with self._db.begin() as tx:
            files = await imports.list_job_imports(tx, run.job.job_id)
        at = int(run.job.cursor.get("file", 0))
        return next((file for file in files if file.file_no >= at), None)

    async def _read_file(self, run: JobRun, site: Site, file: Import) -> None:
        """Read the rest of one file: what is behind the row where the job stands."""
        at = int(run.job.cursor.get("file", 0))
        after_row = int(run.job.cursor.get("row", 0)) if file.file_no == at else 0
        stored = self._open(file)
        try:
            parts = await asyncio.to_thread(_lists, stored, file)
            if file.member is None and parts[0].member is not None:
                await _unpack(run, file, parts)
                return
            detection = await self._detect(site, file, parts[0])
            await self._read_list(run, site, file, parts[0], detection, after_row=after_row)
        except InvalidError as error:
            detection = Detection(Dialect.UNREADABLE, "none", "none", None, None)
            detection = replace(detection, refused=error.detail)
            async with run.step() as step:
                shown = shown_detection(detection)
                await imports.save_detection(step.tx, file.import_id, shown, refused=error.detail)
        await self._end_file(run, site, file, detection)

    async def _read_list(
        self,
        run: JobRun,
        site: Site,
        file: Import,
        part: Part,
        detection: Detection,
        *,
        after_row: int,
    ) -> None:
        """Store what is behind a row of one list; of one's own pages only what they rank."""
        if lists_own_pages(detection):
            targets = read_targets(part.chunks(), detection, site.hosts)
            count = 0
            while rows := await asyncio.to_thread(_some, targets, self._batch_rows):
                count += len(rows)
                await _store_targets(run, site, file, detection, rows, count=count)
            if not file.dry_run:
                await weigh_targets(run, site.site_id)
        elif detection.refused is None:
            found = read(part.chunks(), detection, site.hosts, after_row=after_row)
            await self._read_links(run, site, file, detection, found)

    async def _read_links(
        self, run: JobRun, site: Site, file: Import, detection: Detection, rows: Iterator[Row]
    ) -> None:
        """Store batch after batch; a thread reads and encodes the next one while two are stored.

        They are committed in order (jobs/turns.py). No more than these three are held at a time.
        """
        loop = asyncio.get_running_loop()
        # One thread for all batches: each thread that reads one keeps 25 MB of its own.
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="import")
        reading = _Reading(run, site, file, detection.source)

        def next_batch() -> tuple[RowBatch, Prepared] | None:
            batch = _next_rows(rows, self._batch_rows)
            return None if batch is None else (batch, reading.prepare(batch))

        coming = loop.run_in_executor(thread, next_batch)
        turn: Turn | None = None
        try:
            async with asyncio.TaskGroup() as group:
                while (found := await _read_behind(coming, turn)) is not None:
                    turn = _turn_of(found[0], turn)
                    await turn.begin()
                    coming = loop.run_in_executor(thread, next_batch)
                    group.create_task(reading.store(*found, turn))
        except ExceptionGroup as errors:
            # Two batches may be on their way; whichever failed first says what happened.
            raise errors.exceptions[0] from errors
        finally:
            coming.cancel()
            thread.shutdown(wait=False)

    async def _detect(self, site: Site, file: Import, part: Part) -> Detection:
        """Say what a list is, by the mapping that a person chose for it or for its like."""
        detection = await asyncio.to_thread(detect_part, part, site_hosts=site.hosts)
        async with self._db.begin() as tx:
            print_ = detection.fingerprint
            known = await mappings.find_mapping(tx, site.workspace_id, print_) if print_ else None
            wanted = file.mapping or known
            if wanted:
                detection = remap(detection, wanted)
            if file.mapping and not file.dry_run:
                await mappings.save_mapping(
                    tx,
                    site.workspace_id,
                    print_,
                    file.mapping,
                    header=detection.header,
                    actor=file.actor,
                    now=clock.now(),
                )
            shown = shown_detection(detection)
            await imports.save_detection(tx, file.import_id, shown, refused=detection.refused)
        return detection

    def _open(self, file: Import) -> IO[bytes]:
        """Return the file's bytes for a thread that parses; the loop fetches one chunk at a time."""
        loop = asyncio.get_running_loop()

        async def fetch(number: int) -> bytes | None:
            async with self._db.begin() as tx:
                return await imports.get_chunk(tx, file.chunks_id, number)

        def in_thread(number: int) -> bytes | None:
            return asyncio.run_coroutine_threadsafe(fetch(number), loop).result(_PATIENCE_S)

        return io.BufferedReader(StoredFile(in_thread, size=file.bytes), CHUNK)

    async def _end_file(self, run: JobRun, site: Site, file: Import, detection: Detection) -> None:
        async with run.step() as step:
            ended = await imports.end_import(step.tx, file.import_id, clock.now())
            step.cursor = {"file": file.file_no + 1, "row": 0}
            if detection.refused is not None:
                pointer = f"/files/{file.file_no}"
                row_no = file.file_no * jobs.FILE_ROWS
                fault = jobs.RowError(row_no, pointer, "refused", detection.refused, file.file_name)
                step.errors.append(fault)
            elif not file.dry_run:
                await outbox.add(step.tx, [_completed(site, ended)])


class _Reading:
    """One list of links on its way into the database."""

    def __init__(self, run: JobRun, site: Site, file: Import, source: str) -> None:
        self._run = run
        self._site = site
        self._file = file
        self._source = source
        self._expect_new = True

    def prepare(self, batch: RowBatch) -> Prepared:
        """Encode a batch, without any I/O."""
        met = Met(self._site, self._source, self._file.import_id, clock.now())
        return prepare(() if self._file.dry_run else batch.links, met)

    async def store(self, batch: RowBatch, prepared: Prepared, turn: Turn) -> None:
        """Store a batch of rows with the place behind it, in one transaction."""
        file, added = self._file, 0
        with IMPORT_SECONDS.time():
            async with turn.storing(), self._run.step() as step:
                if file.dry_run:
                    keys = row_keys(batch)
                    batch.before = await imports.admit_keys(step.tx, file.import_id, keys)
                else:
                    added = await self._store_claims(step.tx, batch, prepared)
                await turn.end()
                await imports.count_rows(step.tx, file.import_id, batch, new_links=added)
                _count(step, batch)
                step.errors += _errors(batch.errors, file)
                step.cursor = {"file": file.file_no, "row": batch.last_row}

    async def _store_claims(self, tx: Tx, batch: RowBatch, prepared: Prepared) -> int:
        """Store a batch and note which rows the file had before; returns the links nobody knew."""
        stored = await incoming.store_links(tx, prepared, expect_new=self._expect_new)
        self._expect_new = stored.made == len(batch.links)
        batch.before = stored.repeated + await claims.save_domain_claims(
            tx,
            self._site.site_id,
            batch.domains,
            source=self._source,
            import_id=self._file.import_id,
            now=clock.now(),
        )
        return stored.made


async def _read_behind(
    coming: "asyncio.Future[tuple[RowBatch, Prepared] | None]", turn: Turn | None
) -> tuple[RowBatch, Prepared] | None:
    """Return the batch that a thread reads; a fault of the file comes behind what was read before."""
    try:
        return await coming
    except InvalidError:
        if turn is not None:
            await turn.stored.wait()
        raise


def _turn_of(batch: RowBatch, before: Turn | None) -> Turn:
    turn = Turn(frozenset(row.page_key.int for row in batch.links))
    return turn if before is None else turn.behind(before, alone=bool(batch.domains))


def _lists(stored: IO[bytes], file: Import) -> list[Part]:
    """Return the list that a file is, or all that are in an archive that is new to us."""
    if file.member is None:
        return parts_of(stored, file.file_name)
    return [part_of(stored, file.file_name, file.member)]


async def _unpack(run: JobRun, file: Import, parts: Sequence[Part]) -> None:
    if len(parts) > MAX_LISTS:
        detail = f"There are more than {MAX_LISTS} lists in this archive. Import them in parts."
        raise InvalidError(detail)
    lists = [(f"{file.file_name}: {part.name}", part.member or "") for part in parts]
    async with run.step() as step:
        await imports.unpack(step.tx, file.import_id, lists)


async def _store_targets(
    run: JobRun,
    site: Site,
    file: Import,
    detection: Detection,
    rows: Sequence[TargetRow],
    *,
    count: int,
) -> None:
    async with run.step() as step:
        await imports.count_targets(step.tx, file.import_id, count)
        if not file.dry_run:
            await claims.save_target_claims(
                step.tx,
                site.site_id,
                rows,
                source=detection.source,
                import_id=file.import_id,
                now=clock.now(),
            )


def _some(rows: Iterator[TargetRow], size: int) -> list[TargetRow]:
    return list(islice(rows, size))


def _next_rows(iterator: Iterator[Row], size: int) -> RowBatch | None:
    rows = list(islice(iterator, size))
    return sort_rows(rows) if rows else None


def _count(step: Step, batch: RowBatch) -> None:
    repeated = batch.repeated + batch.before
    step.done += batch.size
    step.accepted += batch.accepted
    step.duplicates += repeated
    step.rejected += len(batch.errors)
    results = {"accepted": batch.accepted, "duplicate": repeated}
    results |= {"rejected": len(batch.errors), "own_domain": batch.own}
    for result, count in results.items():
        IMPORT_ROWS.labels(result).inc(count)


def _errors(errors: Iterable[RowError], file: Import) -> list[jobs.RowError]:
    """Return the errors as the job keeps them: in the order of the request's files."""
    return [
        jobs.RowError(
            row_no=file.file_no * jobs.FILE_ROWS + error.row_no,
            pointer=f"/files/{file.file_no}{error.pointer}",
            code=error.code,
            detail=error.detail,
            raw=error.raw,
        )
        for error in errors
    ]


def _completed(site: Site, file: Import) -> ImportCompleted:
    return ImportCompleted(
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        import_id=file.import_id,
        file_name=file.file_name,
        dialect=file.dialect or "",
        rows=file.rows,
        accepted=file.accepted,
        duplicates=file.duplicates,
        rejected=file.rejected,
        own_domain=file.own_domain,
    )
