"""Archives, workbooks, mappings and lists of one's own pages through the doors of the service."""

import json
import zipfile
from typing import Any

from services.profile.domain.imports.archive import PIECE
from services.profile.domain.site import Site
from shared.db import Database
from tests.http import Http
from tests.profile.conftest import run_jobs
from tests.profile.imports.books import a_book, a_zip
from tests.profile.test_import_job import AHREFS, DOMAINS, GSC, rows_of

SHEET = "A,B\nhttps://acme.example/,https://one.example/1\nhttps://acme.example/x,https://two.example/2\n"


async def send(
    http: Http, database: Database, site: Site, name: str, body: bytes, **fields: str
) -> Any:
    """Upload one file and let its job run; returns the job."""
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    content = b"".join(parts) + head.encode() + body + b"\r\n--x--\r\n"
    sender = http.sending(content_type="multipart/form-data; boundary=x")
    answer = await sender.send("POST", f"/v1/sites/{site.site_id}/imports", content)
    if answer.status != 202:
        return answer
    await run_jobs(database)
    return (await http.get(answer.header("location") or "")).json()


async def listed(http: Http, site: Site) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await http.get(f"/v1/sites/{site.site_id}/imports")).json()[
        "items"
    ]
    return sorted(items, key=lambda item: str(item["file_name"]))


async def test_the_lists_of_an_archive_are_imports_of_their_own(
    alice: Http, database: Database, home: Site
) -> None:
    files = {"a.csv": AHREFS.encode(), "b.csv": GSC.encode(), "c.xlsx": a_book({"S": [["x"]]})}
    book = a_book(
        {"Links": [["Source url", "Target url"], ["https://q.example/", "acme.example/"]]}
    )
    job = await send(alice, database, home, "all.zip", a_zip({**files, "d.xlsx": book}))
    assert (job["state"], job["accepted"], job["duplicates"]) == ("done", 2 + 40 + 1, 1)
    items = await listed(alice, home)
    assert [(item["file_name"], item["dialect"], item["accepted"]) for item in items] == [
        ("all.zip: a.csv", "ahrefs_backlinks", 2),
        ("all.zip: b.csv", "gsc_latest_links", 40),
        ("all.zip: c.xlsx", "unreadable", 0),
        ("all.zip: d.xlsx", "generic_links", 1),
    ]
    assert len({item["archive_id"] for item in items}) == 1
    assert await rows_of(database, "SELECT 1 FROM import_chunks") == []


async def test_a_large_archive_is_read_from_its_chunks_in_the_database(
    alice: Http, database: Database, home: Site
) -> None:
    rows = "".join(f"https://h{n}.example/{n * 7919 % 1000}\n" for n in range(300))
    filler = bytes(n * n * 31 % 251 for n in range(700)) * 6_000  # stored as it is: 4 MiB
    body = a_zip({"pages.txt": rows.encode(), "photo.png": b"\x89PNG" + filler}, level=0)
    job = await send(alice, database, home, "big.zip", body)
    assert (job["state"], job["accepted"]) == ("done", 300)


async def test_a_bomb_is_refused_and_nothing_of_it_is_kept(
    alice: Http, database: Database, home: Site
) -> None:
    job = await send(alice, database, home, "b.zip", a_zip({"a.csv": b"x" * 40_000_000}))
    assert (job["state"], job["accepted"]) == ("failed", 0)
    assert "unpacks to" in job["detail"]
    assert await rows_of(database, "SELECT 1 FROM import_chunks") == []


async def test_an_archive_that_is_broken_at_its_end_keeps_what_was_read_before(
    alice: Http, database: Database, home: Site
) -> None:
    rows = [f"https://h{n}.example/{'a' * 7_980}\n".encode() for n in range(100, 200)]
    packed = a_zip({"pages.txt": b"".join(rows)}, level=zipfile.ZIP_STORED)
    broken = packed.replace(rows[-1], rows[-1].replace(b"h199", b"h19x"))  # not what its sum says
    job = await send(alice, database, home, "broken.zip", broken)
    readable = len(b"".join(rows)) // PIECE * PIECE // len(rows[0])
    assert job["accepted"] == readable // 7 * 7  # whole batches
    assert len(await rows_of(database, "SELECT 1 FROM links")) == job["accepted"] > 70
    assert "is broken" in job["detail"]


async def test_a_mapping_of_a_person_is_used_and_remembered_until_it_is_forgotten(
    alice: Http, database: Database, home: Site
) -> None:
    mapping = json.dumps({"referring_url": "A", "target_url": "B"})
    job = await send(alice, database, home, "s.csv", SHEET.encode(), mapping=mapping)
    assert (job["accepted"], job["rejected"]) == (0, 0)  # our own pages are no links to us
    mapping = json.dumps({"referring_url": "B", "target_url": "A"})
    job = await send(alice, database, home, "s.csv", SHEET.encode(), mapping=mapping)
    assert job["accepted"] == 2
    again = SHEET.replace("/1", "/3")
    assert (await send(alice, database, home, "t.csv", again.encode()))["accepted"] == 2
    [saved] = (await alice.get("/v1/mappings")).json()["items"]
    assert saved["mapping"] == json.loads(mapping)
    assert saved["header"] == ["A", "B"]
    assert (await alice.delete(f"/v1/mappings/{saved['fingerprint']}")).status == 204
    assert (await alice.delete(f"/v1/mappings/{saved['fingerprint']}")).status == 404


async def test_a_mapping_that_cannot_be_is_refused(
    alice: Http, database: Database, home: Site
) -> None:
    for mapping in ("[]", "no", '{"nonsense": "A"}', '{"target_url": "A"}', '{"referring_url": 1}'):
        answer = await send(alice, database, home, "s.csv", SHEET.encode(), mapping=mapping)
        assert (answer.status, answer.json()["errors"][0]["pointer"]) == (422, "/mapping")
    job = await send(
        alice, database, home, "s.csv", SHEET.encode(), mapping='{"referring_url": "Z"}'
    )
    assert (job["state"], "no column 'Z'" in job["detail"]) == ("failed", True)


async def test_a_list_of_our_pages_makes_no_links_and_ranks_our_targets(
    alice: Http, database: Database, home: Site
) -> None:
    pages = "Target page,Incoming links,Linking sites\n" + "".join(
        f"https://acme.example/{n},{n * 10},{n}\n" for n in range(1, 20)
    )
    job = await send(alice, database, home, "top.csv", pages.encode())
    assert (job["state"], job["accepted"]) == ("done", 0)
    [item] = await listed(alice, home)
    assert (item["state"], item["dialect"], item["targets"]) == (
        "refused",
        "gsc_top_linked_pages",
        19,
    )
    rows = await rows_of(database, "SELECT target_url, link_count, site_count FROM target_claims")
    assert len(rows) == 19
    assert await rows_of(database, "SELECT 1 FROM links") == []


async def test_domains_are_listed_with_what_sources_say(
    alice: Http, database: Database, home: Site
) -> None:
    job = await send(alice, database, home, "d.csv", DOMAINS.encode())
    assert job["accepted"] == 2
