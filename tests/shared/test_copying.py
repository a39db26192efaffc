"""What is encoded for COPY is in the table as it was said; ids made at once are ids."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import RFC_4122, UUID

from shared import copying
from shared.db import Database
from shared.ids import new_id, new_id_bytes, new_ids, spelled, uuid_of

SAID = [
    (new_id(), "text", '{"a": [1]}', '{"b": 2}', 0.25, datetime(2026, 2, 3, 4, 5, 6, 7, UTC), ("x", "y")),
    (new_id(), "", "{}", "[]", -1.0, datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC), ()),
    (None, "日本\n\t\\N", "null", "null", 0.0, None, None),
    (new_id(), None, "{}", "{}", 1e300, datetime(2000, 1, 1, tzinfo=UTC), ("é",)),
]  # fmt: skip


async def test_encoded_rows_come_back_as_they_were(db_for: Callable[[str], Database]) -> None:
    rows = [
        copying.row(
            (
                copying.begin_row(7),
                copying.uuid(an_id),
                copying.text(text),
                copying.raw(json.encode()),
                copying.jsonb(jsonb.encode()),
                copying.double(number),
                copying.moment(moment),
                copying.texts(texts),
            )
        )
        for an_id, text, json, jsonb, number, moment, texts in SAID
    ]
    columns = ("an_id", "words", "told", "kept", "number", "at", "names")
    async with db_for("profile").begin() as tx:
        await tx.run(
            "CREATE TEMPORARY TABLE said (at_row int GENERATED ALWAYS AS IDENTITY, an_id uuid,"
            " words text, told json, kept jsonb, number float8, at timestamptz, names text[])"
        )
        await tx.copy_encoded("said", copying.table(rows), columns)
        found = await tx.fetch(
            "SELECT an_id, words, told::text, kept::text, number, at, names FROM said"
            " ORDER BY at_row"
        )
        assert [tuple(row) for row in found] == [
            (*row[:-1], None if row[-1] is None else list(row[-1])) for row in SAID
        ]
        await tx.copy_encoded("said", copying.table([]), columns)


def test_ids_made_at_once_are_ordered_different_and_of_version_7() -> None:
    made = [UUID(bytes=one) for one in new_id_bytes(1_000)]
    assert made == sorted(set(made))
    assert {(one.version, one.variant) for one in (*made, *new_ids(3))} == {(7, RFC_4122)}
    assert abs((made[0].int >> 80) - (new_id().int >> 80)) < 60_000
    assert spelled([one.bytes for one in made]) == [str(one).encode() for one in made]
    assert spelled([]) == []
    assert uuid_of(made[0].int) == made[0]
    assert (repr(uuid_of(5)), uuid_of(5).is_safe) == (repr(UUID(int=5)), UUID(int=5).is_safe)
