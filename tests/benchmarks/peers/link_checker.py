"""LinkChecker, 64 threads, its cap of requests for each host lifted: only whether URLs answer.

`python -m tests.benchmarks.peers.link_checker PORT PAGES` prints how many URLs answer.
"""

import csv
import io
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.peers.bare_loop import IN_FLIGHT
from tests.benchmarks.site import address, path

_WITHOUT_CAPS = "[checking]\nmaxrequestspersecond=100000\nrobotstxt=0\n"


def run(port: int, pages: int) -> int:
    listed = "\n".join(f"http://{address(page)}:{port}{path(page)}" for page in range(pages))
    with tempfile.NamedTemporaryFile("w", suffix=".ini") as settings:
        settings.write(_WITHOUT_CAPS)
        settings.flush()
        done = subprocess.run(
            [
                Path(sys.executable).with_name("linkchecker"),
                *("--config", settings.name, "--threads", str(IN_FLIGHT), "--recursion-level", "0"),
                *("--no-status", "--verbose", "--output", "csv", "--stdin"),
            ],
            input=listed,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
        )
    lines = (line for line in done.stdout.splitlines() if not line.startswith("#"))
    rows = csv.DictReader(io.StringIO("\n".join(lines)), delimiter=";")
    return sum(row["valid"] == "True" for row in rows)


if __name__ == "__main__":
    print(run(int(sys.argv[1]), int(sys.argv[2])))
