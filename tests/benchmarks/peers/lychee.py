"""lychee (Rust), 64 in flight and without its caps for each host: only whether URLs answer.

`python -m tests.benchmarks.peers.lychee PORT URLS PAGES` asks for so many URLs of so many pages and
prints how many answer.
"""

import json
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.peers.bare_loop import IN_FLIGHT
from tests.benchmarks.site import address, question


def run(port: int, questions: int, pages: int) -> int:
    listed = "\n".join(f"http://{address(n)}:{port}{question(n, pages)}" for n in range(questions))
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
    print(run(*map(int, sys.argv[1:4])))
