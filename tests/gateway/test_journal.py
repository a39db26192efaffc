"""What the journal keeps as JSON comes back as it was given."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from services.gateway.store import journal, people
from services.gateway.store.journal import Stored
from shared import clock
from shared.access import Caller
from shared.db import Database
from shared.ids import new_id


async def test_the_detail_of_an_entry_comes_back_as_it_was_given(
    db_for: Callable[[str], Database],
) -> None:
    caller = Caller(workspace_id=new_id(), actor_id=new_id(), actor="Alice", grants={})
    detail = {"name": ["Łódź", "Acme"], "scopes": []}
    async with db_for("gateway").begin() as tx:
        await people.add_workspace(tx, caller.workspace_id, "Acme", is_operator=False)
        await journal.add_entry(tx, caller, action="changed", subject="x/1", detail=detail)
        [entry] = await journal.list_entries(
            tx,
            workspace_id=caller.workspace_id,
            actor_id=None,
            action=None,
            before=None,
            limit=2,
        )
    assert entry["detail"] == detail


async def test_the_stored_answer_of_a_request_comes_back_with_its_headers(
    db_for: Callable[[str], Database],
) -> None:
    actor_id, now = new_id(), clock.now()
    answer = Stored(b"print", 201, (("location", "/v1/sites/1"), ("etag", '"1"')), b"{}")
    locked_until = now + timedelta(minutes=1)
    async with db_for("gateway").begin() as tx:
        key: dict[str, Any] = {
            "fingerprint": answer.fingerprint,
            "now": now,
            "locked_until": locked_until,
        }
        await journal.claim_key(tx, actor_id, "k", **key)
        await journal.save_answer(tx, actor_id, "k", answer)
        found = await journal.claim_key(tx, actor_id, "k", **key)
    assert found == answer
