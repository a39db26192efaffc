"""What becomes of sites when their workspace is deleted, and when it comes back."""

from collections.abc import Sequence

from services.profile.store import keeping
from shared import clock
from shared.db import Tx
from shared.events import WorkspaceDeleted, WorkspaceRestored


async def on_workspace_deleted(events: Sequence[WorkspaceDeleted], tx: Tx) -> None:
    for event in events:
        if event.workspace_id is not None:
            await keeping.delete_all_sites(tx, event.workspace_id, event.deleted_at)


async def on_workspace_restored(events: Sequence[WorkspaceRestored], tx: Tx) -> None:
    for event in events:
        if event.workspace_id is not None:
            await keeping.restore_sites(tx, event.workspace_id, event.deleted_at, clock.now())
