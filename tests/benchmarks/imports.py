"""Imports: bytes to rows, rows to stored links, and the memory of a large file.

The file is an Ahrefs export of 37 columns in UTF-16, every row a link of its own. The peer is what a
script would do: csv.DictReader, and an INSERT for each link and each claim. Parsing is measured in CPU
time, storing in wall time on this machine's cores, with the CPU beside it.
ANCHORWATCH_BENCH_ROWS=5000000 sets the rows of the run whose memory is watched.
"""

import asyncio
import csv
import io
import os
import resource
import time
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import Any
from uuid import UUID

import orjson
import psutil
import uvloop

from services import serving
from services.profile.domain.imports import Detection, detect, read
from services.profile.domain.imports.mapping import claims_reader
from services.profile.domain.imports.records import records
from services.profile.domain.site import Host, Site
from services.profile.jobs.imports import ImportReader
from services.profile.settings import Settings
from services.profile.store import imports, sites
from shared import jobs, urls
from shared.db import Database
from shared.ids import new_id
from shared.job_runner import JobRunner
from tests.benchmarks import databases
from tests.benchmarks.results import Row, row

PARSED = 100_000
STORED = 100_000
NAIVE = 5_000
LARGE = 300_000
ROUNDS = 5
STORE_ROUNDS = 3
CHUNK = 1_048_576
SITE = "target.example"
SERVER = {"shared_buffers": "1GB", "max_wal_size": "8GB"}
_PARSE_TARGET = 150_000
_STORE_TARGET = 20_000

_HEADER = (
    "Referring page title|Referring page URL|Language|Platform|Referring page HTTP code|"
    "Domain rating|UR|Domain traffic|Referring domains|Linked domains|External links|Page traffic|"
    "Keywords|Target URL|Left context|Anchor|Right context|Redirect Chain URLs|"
    "Redirect Chain status codes|Type|Is spam|Content|Nofollow|UGC|Sponsored|Rendered|Raw|"
    "Lost status|Drop reason|Discovered status|First seen|Last seen|Lost|Author|Page type|"
    "Page category|Links in group"
)


def lines(count: int) -> Iterator[str]:
    """Yield the lines of an export; hosts have a few pages each, as on the web."""
    yield '"' + _HEADER.replace("|", '"\t"') + '"\n'
    for n in range(count):
        yield (
            f'"Ten tools compared, part {n}"\t"https://blog{n // 4}.example/posts/{n}/some-words"\t"en"\t'
            f'"wordpress"\t"200"\t"{n % 90}"\t"{n % 40}"\t""\t""\t""\t""\t""\t""\t'
            f'"https://target.example/page-{n % 500}"\t"see, for example, the"\t"Anchor {n % 1000}"\t'
            '"page for more"\t""\t""\t"text"\t"false"\t"true"\t"false"\t"false"\t"false"\t"false"\t'
            f'"true"\t""\t""\t"pagefound"\t"2025-{n % 12 + 1:02}-{n % 28 + 1:02} 10:00:00"\t'
            '"2026-11-01 10:00:00"\t""\t""\t""\t""\t"1"\n'
        )


def content(count: int) -> bytes:
    """Return an export as the tool writes it."""
    return "".join(lines(count)).encode("utf-16")


def measure() -> list[Row]:
    """Return the rates of parsing and storing, each beside its peer, and the memory."""
    serving.settle()  # as every service does once it has started
    return [*_parsing(), *_storing(), *_memory()]


def _parsing() -> list[Row]:
    body = content(PARSED)
    found = detect(body[:300_000], site_hosts=[SITE])
    arms: dict[str, Callable[[], Iterable[object]]] = {
        "DictReader": lambda: csv.DictReader(io.StringIO(body.decode("utf-16")), delimiter="\t"),
        "mapped": lambda: _mapped(body, found),
        "typed": lambda: _typed(body, found),
        "read": lambda: read(_chunks(body), found, [SITE]),
    }
    rates: dict[str, list[float]] = {name: [] for name in arms}
    for _ in range(ROUNDS):
        for name, arm in arms.items():
            begun = time.process_time()
            assert sum(1 for _ in arm()) == PARSED
            rates[name].append(PARSED / (time.process_time() - begun))
    best = {name: max(values) for name, values in rates.items()}
    return [
        row("imports: csv.DictReader", rates["DictReader"], "rows/s CPU"),
        row(
            "imports: bytes to mapped row",
            rates["mapped"],
            "rows/s CPU",
            peer="csv.DictReader",
            ratio=best["mapped"] / best["DictReader"],
            target=f">= {_PARSE_TARGET:,}",
            met=best["mapped"] >= _PARSE_TARGET,
        ),
        row(
            "imports: bytes to typed claims (dates, rel, metrics)",
            rates["typed"],
            "rows/s CPU",
            peer="csv.DictReader",
            ratio=best["typed"] / best["DictReader"],
        ),
        row(
            "imports: bytes to links with keys of their URLs",
            rates["read"],
            "rows/s CPU",
            peer="csv.DictReader",
            ratio=best["read"] / best["DictReader"],
        ),
    ]


def _chunks(body: bytes) -> Iterator[bytes]:
    return (body[at : at + CHUNK] for at in range(0, len(body), CHUNK))


def _mapped(body: bytes, found: Detection) -> Iterator[object]:
    fields = itemgetter(*found.columns.values())
    return (fields(record) for _, record in records(_chunks(body), found))


def _typed(body: bytes, found: Detection) -> Iterator[object]:
    claims = claims_reader(found)
    return (claims(record) for _, record in records(_chunks(body), found))


def _storing() -> list[Row]:
    ours: list[float] = []
    cpu: list[float] = []
    naive: list[float] = []
    for _ in range(STORE_ROUNDS):
        with databases.server(SERVER) as server:
            naive.append(uvloop.run(_naive(server.new_database())))
            before = server.cpu_s() + time.process_time()
            rate, _ = uvloop.run(_import(server.new_database(), STORED))
            ours.append(rate)
            cpu.append((server.cpu_s() + time.process_time() - before) / STORED * 1e6)
    return [
        row("imports: DictReader and an INSERT per row", naive, "links/s"),
        row(
            "imports: stored by the job",
            ours,
            "links/s",
            peer="DictReader and an INSERT per row",
            ratio=max(ours) / max(naive),
            target=f">= {_STORE_TARGET:,}",
            met=max(ours) >= _STORE_TARGET,
        ),
        row("imports: CPU of a stored link, ours and PostgreSQL's", cpu, "us"),
    ]


def _memory() -> list[Row]:
    large = int(os.environ.get("ANCHORWATCH_BENCH_ROWS", LARGE))  # noqa: TID251 - a size, not a setting
    with databases.server(SERVER) as server:
        rate, grown = uvloop.run(_import(server.new_database(), large))
    return [
        row(f"imports: links/s over {large:,} rows", [rate], "links/s"),
        row(
            f"imports: memory grown between a tenth and all of {large:,} rows",
            [grown],
            "MiB",
            target="<= 32",
            met=grown <= 32,
        ),
        row(
            "imports: largest memory of the process",
            [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024],
            "MiB",
        ),
    ]


async def _import(url: str, count: int) -> tuple[float, float]:
    """Upload an export and run its job; return links/s and the MiB that memory grew after a tenth."""
    db = Database(url, schema="profile")
    site = await _site(db)
    await _upload(db, site, count)
    reader = ImportReader(db, batch_rows=Settings.load({}).import_batch_rows)
    stop, sizes = asyncio.Event(), list[tuple[int, int]]()
    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        watch = group.create_task(_watch(db, sizes))
        await JobRunner({"import": reader}, db=db).run_next(stop)
        watch.cancel()
    elapsed = time.perf_counter() - begun
    async with db.begin() as tx:
        stored = await tx.fetch_value("SELECT count(*) FROM claims")
        assert (stored, await tx.fetch_value("SELECT count(*) FROM links")) == (count, count)
    await db.close()
    early = [size for done, size in sizes if count / 10 <= done]
    return count / elapsed, (max(early) - early[0]) / 1024**2 if early else 0.0


async def _watch(db: Database, sizes: list[tuple[int, int]]) -> None:
    me = psutil.Process()
    while True:
        await asyncio.sleep(0.5)
        async with db.begin() as tx:
            done = await tx.fetch_value("SELECT coalesce(max(done), 0) FROM jobs")
        sizes.append((done, me.memory_info().rss))


async def _site(db: Database) -> Site:
    site = Site(new_id(), new_id(), SITE, "Target", (Host(SITE),))
    async with db.begin() as tx:
        return await sites.add_site(tx, site)


async def _upload(db: Database, site: Site, count: int) -> UUID:
    """Write the chunks of an export as the upload does, without ever holding it."""
    import_id, buffer, number, size = new_id(), bytearray(b"\xff\xfe"), 0, 0
    async with db.begin() as tx:
        await imports.add_import(
            tx, site, import_id, file_no=0, file_name="backlinks.csv", actor="bench"
        )
        for line in lines(count):
            buffer += line.encode("utf-16-le")
            while len(buffer) >= CHUNK:
                await imports.add_chunk(tx, import_id, number, bytes(buffer[:CHUNK]))
                del buffer[:CHUNK]
                number, size = number + 1, size + CHUNK
        await imports.add_chunk(tx, import_id, number, bytes(buffer))
        size += len(buffer)
        await imports.finish_upload(tx, import_id, size=size, lines=count, sha256="")
        job = await jobs.add_job(
            tx, kind="import", workspace_id=site.workspace_id, site_id=site.site_id, total=count
        )
        await imports.queue_imports(tx, [import_id], job_id=job.job_id, dry_run=False)
    return import_id


async def _naive(url: str) -> float:
    """Do what a script would: read dictionaries, insert a link and a claim, commit now and then."""
    db = Database(url, schema="profile")
    site = await _site(db)
    table = csv.DictReader(io.StringIO(content(NAIVE).decode("utf-16")), delimiter="\t")
    begun = time.perf_counter()
    async with db.begin() as tx:
        for fields in table:
            await _insert(tx, site, fields)
    elapsed = time.perf_counter() - begun
    await db.close()
    return NAIVE / elapsed


async def _insert(tx: Any, site: Site, fields: dict[str, str]) -> None:
    page, target, link_id = fields["Referring page URL"], fields["Target URL"], new_id()
    host = urls.host_of(page)
    await tx.run(
        "INSERT INTO links (link_id, workspace_id, site_id, referring_url, referring_host,"
        " referring_domain, page_key, target_url, target_key, discovery, known_since, sources)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'imported', now(), '{ahrefs}')"
        " ON CONFLICT DO NOTHING",
        *(link_id, site.workspace_id, site.site_id, page, host, urls.domain_or_host(host)),
        *(urls.page_id(page), target, urls.page_id(target)),
    )
    await tx.run(
        "INSERT INTO claims (link_id, source, claim, anchor_text, claimed_at)"
        " VALUES ($1, 'ahrefs', $2, $3, now())",
        *(link_id, orjson.dumps(fields).decode(), fields["Anchor"]),
    )
