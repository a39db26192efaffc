"""A look at a file over HTTP: what it is, with the columns that a person chooses; nothing is kept."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from services.profile.api import previews
from services.profile.domain.imports.columns import KNOWN_FIELDS
from services.profile.domain.imports.labels import field_label
from shared.db import Database
from tests.gateway.product import made, running
from tests.http import Http

HEADER = b"First,Second\n"
ROWS = HEADER + b"https://a.example/,https://acme.example/x\nnonsense,https://acme.example/\n"


def a_form(body: bytes, mapping: dict[str, str] | None = None, files: int = 1) -> bytes:
    head = '--xx\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    form = (head.encode() + body + b"\r\n") * files
    if mapping is not None:
        form += b'--xx\r\nContent-Disposition: form-data; name="mapping"\r\n\r\n'
        form += orjson.dumps(mapping) + b"\r\n"
    return form + b"--xx--\r\n"


async def test_a_file_is_looked_at_and_nothing_is_kept(db_for: Callable[[str], Database]) -> None:
    async with running(db_for) as (gateway, door):
        owner = Http(gateway).using(door.key)
        site = (await made(owner, "/v1/sites", {"domain": "acme.example"}))["id"]
        path = f"/v1/sites/{site}/imports/previews"
        uploading = owner.sending(content_type="multipart/form-data; boundary=xx")

        async def look(form: bytes, status: int = 200) -> dict[str, Any]:
            answer = await uploading.send("POST", path, form)
            assert answer.status == status, answer.body
            found: dict[str, Any] = answer.json()
            return found

        chosen = {"referring_url": "First", "target_url": "Second"}
        seen = await look(a_form(ROWS, chosen))
        assert (seen["rows"], seen["accepted"], seen["rejected"]) == (2, 1, 1)
        assert seen["sample"][0]["referring"] == "https://a.example/"
        assert seen["sample"][0]["target_url"] == "https://acme.example/x"
        assert seen["errors"][0]["row"] == 3
        assert (seen["mapping"], seen["remembered"]) == (chosen, False)

        wrong = await look(a_form(ROWS, {"referring_url": "Nothing"}), 422)
        assert wrong["errors"][0]["pointer"] == "/mapping"
        await look(a_form(ROWS, files=2), 422)
        await look(a_form(b"x" * (previews.MOST_BYTES + 1)), 413)
        pdf = await look(a_form(b"%PDF-1.7"))
        assert pdf["refused"]
        trap = await look(a_form(b"PK\x03\x04 no archive at all"))
        assert trap["refused"]

        assert (await owner.get(f"/v1/sites/{site}/imports")).json()["items"] == []
        assert (await owner.get("/v1/mappings")).json()["items"] == []


@pytest.mark.parametrize("name", sorted(KNOWN_FIELDS))
def test_every_field_has_words(name: str) -> None:
    assert "_" not in field_label(name)
    assert ":" not in field_label(name).removeprefix("Figure:").removeprefix("Kept as told:")
