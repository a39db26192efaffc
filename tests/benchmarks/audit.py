"""What `anchorwatch audit` costs for each link as the number of links grows."""

import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import processes
from tests.benchmarks.many import url
from tests.benchmarks.results import Row, row

SIZES = (1_000, 10_000, 100_000)


@dataclass(frozen=True, slots=True)
class Cost:
    wall_s: float
    cpu_s: float
    peak_mib: float


def measure() -> list[Row]:
    """Return wall and CPU milliseconds per link, start-up (a run with one link) taken off."""
    with processes.serving("tests.benchmarks.many", ()) as port:
        start = _audit(1, port)
        costs = {size: _audit(size, port) for size in SIZES}
    wall = {size: 1000 * (cost.wall_s - start.wall_s) / size for size, cost in costs.items()}
    rows = [
        row(f"audit: {size:,} links, wall time", [value], "ms/link") for size, value in wall.items()
    ]
    for size, cost in costs.items():
        cpu = 1000 * (cost.cpu_s - start.cpu_s) / size
        rows.append(row(f"audit: {size:,} links, CPU without PostgreSQL", [cpu], "ms/link"))
    growth = wall[SIZES[-1]] / wall[SIZES[0]]
    rows.append(
        row(
            "audit: cost per link at 100,000 against 1,000",
            *([growth], "times"),
            ratio=growth,
            target="<= 1.25x",
            met=growth <= 1.25,
        )
    )
    rows.append(row("audit: peak memory at 100,000", [costs[SIZES[-1]].peak_mib], "MiB"))
    return rows


def _audit(links: int, port: str) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "links.txt"
        file.write_text("".join(f"{url(number)}\n" for number in range(links)), encoding="ascii")
        out = Path(folder) / "report.json"
        arguments = ("audit", "--site", "target.example", "--import", file, "--out", out)
        begun = time.perf_counter()
        run = processes.run(
            "services",
            (*arguments, "--confirm-after", 0),
            {
                "ANCHORWATCH_CRAWLER_MIN_DELAY": "0",
                "ANCHORWATCH_CRAWLER_CONNECT_TO": f"*:80=127.0.0.1:{port}",
            },
        )
        wall = time.perf_counter() - begun
        statuses = json.loads(out.read_text())["statuses"]
    assert statuses["live"] == links, f"{statuses} instead of {links} live links"
    return Cost(wall, run.cpu_s, run.peak_mib)
