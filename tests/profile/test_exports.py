"""Links as files: nothing runs as a formula, nothing is lost on the way back, clients see no secrets."""

import csv
import io
from datetime import timedelta
from typing import Any

import orjson
import pytest
from fastapi import FastAPI

from services.profile.api.exports import _token
from services.profile.domain.exporting.layouts import OWN_COLUMNS
from services.profile.domain.imports import Dialect, LinkRow, detect_part, parts_of, read
from services.profile.domain.site import Site
from services.profile.handlers.observations import on_link_checked
from shared.clock import now
from shared.db import Database
from shared.vocabulary import Role
from tests.http import Http
from tests.profile.builders import a_check, an_occurrence
from tests.profile.conftest import a_caller, as_caller
from tests.profile.test_import_job import import_files, rows_of

EVIL = '=HYPERLINK("http://evil.example";"x")'
ODD = [
    "Acme",
    EVIL,
    "'quoted",
    "'=both",
    "+1 800",
    "-50 %",
    "@home",
    'a,b;c\t"d"',
    "",
    "日本語",
    "x\ny",
]


@pytest.fixture
async def links(alice: Http, database: Database, home: Site) -> list[dict[str, Any]]:
    """Links with odd anchors, one of them looked at, tagged and noted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["Referring page URL", "Target URL", "Anchor", "Domain rating", "Nofollow", "First seen",
         "Last seen", "Referring page title", "Type"]
    )  # fmt: skip
    for number, anchor in enumerate(ODD):
        url = f"https://h{number}.example/p?a=1,2"
        day = f"2025-01-{number + 1:02} 10:00:00"
        nofollow = "true" if number % 2 else "false"
        row = [url, "https://acme.example/x", anchor, number, nofollow, day, day, EVIL, "text"]
        writer.writerow(row)
    await import_files(alice, database, home, ("links.csv", out.getvalue()))
    first = (await rows_of(database, "SELECT link_id FROM links ORDER BY first_seen_at"))[0][0]
    async with database.begin() as tx:
        await on_link_checked([a_check(first, 1, occurrences=(an_occurrence(rel=("ugc",)),))], tx)
    body = {"tags": ["a b", "=c"], "note": "+secret", "owner": "bob"}
    assert (await alice.patch(f"/v1/links/{first}", body, if_match="*")).status == 200
    items = (await alice.get(f"/v1/sites/{home.site_id}/links?limit=100")).json()["items"]
    return sorted(items, key=lambda item: str(item["id"]))


async def fetch(http: Http, site: Site, query: str) -> bytes:
    answer = await http.get(f"/v1/sites/{site.site_id}/export?{query}")
    assert answer.status == 200, answer.body
    return answer.body


def table(content: bytes, encoding: str = "utf-8", delimiter: str = ",") -> list[dict[str, str]]:
    text = io.StringIO(content.decode(encoding), newline="")
    return list(csv.DictReader(text, delimiter=delimiter))


def read_back(content: bytes, name: str) -> tuple[Dialect, list[LinkRow]]:
    """Import a file as the command would."""
    [part] = parts_of(io.BytesIO(content), name)
    found = detect_part(part, site_hosts=["acme.example"])
    rows = list(read(part.chunks(), found, ["acme.example"]))
    assert all(isinstance(row, LinkRow) for row in rows)
    return found.dialect, [row for row in rows if isinstance(row, LinkRow)]


async def test_no_cell_of_a_table_runs_as_a_formula(
    alice: Http, home: Site, links: list[dict[str, Any]]
) -> None:
    for query in ("format=csv", "format=semrush"):
        for row in table(await fetch(alice, home, query)):
            assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert len(links) == len(ODD)


async def test_a_byte_order_mark_for_excel_only_where_it_is_asked_for(
    alice: Http, home: Site, links: list[dict[str, Any]]
) -> None:
    assert (await fetch(alice, home, "format=csv")).startswith(b"id,referring_url")
    marked = await fetch(alice, home, "format=csv&bom=true")
    assert marked.startswith(b"\xef\xbb\xbfid,referring_url")
    assert marked.count(b"\xef\xbb\xbf") == 1


@pytest.mark.parametrize("form", ["csv", "xlsx", "csv&bom=true", "jsonl"])
async def test_what_is_exported_comes_back_without_a_loss(
    alice: Http, home: Site, links: list[dict[str, Any]], form: str
) -> None:
    content = await fetch(alice, home, f"format={form}")
    dialect, rows = read_back(content, f"links.{form[:5]}")
    assert (dialect, len(rows)) == (Dialect.ANCHORWATCH, len(links))
    for row, link in zip(rows, links, strict=True):
        claims = {claim["source"]: claim for claim in link["sources"]}["ahrefs"]
        anchor = link["anchor_text"] if link["anchor_text"] is not None else claims["anchor_text"]
        # Line breaks and tabs inside a text are the one thing that a workbook does not give back.
        flat = anchor.translate({9: " ", 10: " "}) if form == "xlsx" else anchor
        assert (row.referring_url, row.target_url) == (link["referring_url"], link["target_url"])
        assert row.anchor == flat.strip()
        assert row.metrics == link["metrics"]
        assert row.rel is not None
        for ours, theirs in ((row.first_seen, "first_seen_at"), (row.last_seen, "last_seen_at")):
            shown = None if ours is None else ours.isoformat().replace("+00:00", "Z")
            assert shown == (link[theirs] and link[theirs].partition(".")[0].rstrip("Z") + "Z")
        for name in ("id", "status", "note", "owner", "discovery", "known_since", "value"):
            assert orjson.loads(row.claim).get(name, "") == _text(link[name])
        for name in ("tags", "reasons"):
            assert orjson.loads(row.claim).get(name, "") == " ".join(link[name])
        if form == "jsonl":  # only there is every word of every source
            assert orjson.loads(orjson.loads(row.claim)["claims"]) == link["sources"]


def _text(value: object) -> str:
    return "" if value is None else str(value)


async def test_lines_of_json_are_the_links_as_lists_show_them(
    alice: Http, home: Site, links: list[dict[str, Any]]
) -> None:
    lines = (await fetch(alice, home, "format=jsonl")).splitlines()
    assert [orjson.loads(line)["id"] for line in lines] == [link["id"] for link in links]
    assert orjson.loads(lines[0]).keys() == links[0].keys()


@pytest.mark.parametrize(
    ("form", "dialect"),
    [("ahrefs", Dialect.AHREFS_BACKLINKS), ("semrush", Dialect.SEMRUSH_BACKLINKS)],
)
async def test_the_layouts_of_other_tools_are_read_as_their_own(
    alice: Http, home: Site, links: list[dict[str, Any]], form: str, dialect: Dialect
) -> None:
    content = await fetch(alice, home, f"format={form}")
    found, rows = read_back(content, "links.csv")
    assert found is dialect
    assert [row.referring_url for row in rows] == [link["referring_url"] for link in links]
    assert [row.target_url for row in rows] == [link["target_url"] for link in links]
    [third] = [row for row in rows if row.referring_host == "h3.example"]
    assert third.rel == frozenset({"nofollow"})
    if form == "ahrefs":
        assert content.startswith(b"\xff\xfe")
        assert third.metrics["ahrefs_dr"] == 3.0


async def test_the_filters_of_lists_hold(
    alice: Http, home: Site, links: list[dict[str, Any]]
) -> None:
    assert len(table(await fetch(alice, home, "format=csv&owner=bob"))) == 1
    assert (await alice.get(f"/v1/sites/{home.site_id}/export?format=csv&nonsense=1")).status == 422
    assert (await alice.get(f"/v1/sites/{home.site_id}/export?format=pdf")).status == 422


@pytest.mark.parametrize("form", ["csv", "jsonl"])
async def test_a_client_gets_no_note_in_any_form(
    app: FastAPI, home: Site, links: list[dict[str, Any]], form: str
) -> None:
    client = as_caller(app, a_caller(home, Role.CLIENT))
    content = await fetch(client, home, f"format={form}")
    assert b"secret" not in content
    assert b"note" not in content


async def test_a_signed_address_works_without_a_key_until_it_ends(
    app: FastAPI, alice: Http, home: Site, links: list[dict[str, Any]]
) -> None:
    path = f"/v1/sites/{home.site_id}/export/links?format=csv&owner=bob"
    made = (await alice.post(path, {"days": 2})).json()
    nobody = Http(app, {})
    fetched = await nobody.get(made["path"])
    assert (fetched.status, len(table(fetched.body))) == (200, 1)
    assert b"secret" not in fetched.body  # whoever has the address sees what clients see
    assert (await nobody.get(made["path"].replace("owner=bob", "owner=eve"))).status == 404
    assert (await nobody.get(made["path"].partition("?")[0])).status == 404
    ended = _token(home.site_id, now() - timedelta(seconds=1), "", secret=app.state.secret)
    assert (await nobody.get(f"/shared/exports/{ended}")).status == 404
    lasting = _token(home.site_id, now() + timedelta(days=1), "", secret=app.state.secret)
    assert (await nobody.get(f"/shared/exports/{lasting}")).status == 200


async def test_only_editors_make_addresses(
    app: FastAPI, home: Site, links: list[dict[str, Any]]
) -> None:
    viewer = as_caller(app, a_caller(home, Role.VIEWER))
    assert (await viewer.post(f"/v1/sites/{home.site_id}/export/links", {})).status == 403
    assert len(OWN_COLUMNS) == len(set(OWN_COLUMNS))
