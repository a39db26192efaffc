"""Takes an import back, batch by batch, until nothing of it is left."""

from uuid import UUID

from services.profile.store import imports, undo
from shared.db import Database
from shared.job_runner import JobRun

KIND = "undo_import"
BATCH = 1_000


class ImportUndoer:
    """Performs jobs of kind `undo_import`; each step leaves less to take back."""

    def __init__(self, db: Database, *, batch: int = BATCH) -> None:
        self._db = db
        self._batch = batch

    async def __call__(self, run: JobRun) -> None:
        """Take back the links and claims of an import, and forget that it was."""
        import_id = UUID(run.job.payload["import_id"])
        async with run.step() as step:
            await undo.skip_in_memory(step.tx, import_id)
        done = 1
        while done:
            async with run.step() as step:
                done = await undo.take_back_claims(step.tx, import_id, limit=self._batch)
                step.done = step.accepted = done
        async with run.step(ends=True) as step:
            step.done = step.accepted = await undo.take_back_names(step.tx, import_id)
            await imports.remove_import(step.tx, import_id)
