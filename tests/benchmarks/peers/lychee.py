"""lychee (Rust), 64 in flight and without its caps for each host: only whether URLs answer.

`python -m tests.benchmarks.peers.lychee PORT PAGES` prints how many URLs answer.
"""

import json
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.peers.bare_loop import IN_FLIGHT
from tests.benchmarks.site import address, path


def run(port: int, pages: int) -> int:
    listed = "\n".join(f"http://{address(page)}:{port}{path(page)}" for page in range(pages))
    done = subprocess.run(
        [
            Path(sys.executable).with_name("lychee"),
            *("--no-progress", "--format", "json", "--max-retries", "0"),
            *("--max-concurrency", str(IN_FLIGHT), "--host-concurrency", str(IN_FLIGHT)),
            *("--host-request-interval", "0ms", "-"),
        ],
        input=listed,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return int(json.loads(done.stdout)["successful"])


if __name__ == "__main__":
    print(run(int(sys.argv[1]), int(sys.argv[2])))
