"""linkinator (npm), 64 at once, no recursion: only whether URLs answer.

`python -m tests.benchmarks.peers.linkinator PORT PAGES` prints how many URLs answer. It reads them
as the links of one page, for it takes no list; the page is served from a file beside it.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.peers.bare_loop import IN_FLIGHT
from tests.benchmarks.site import address, path

VERSION = "6.1.2"
"""The last that runs on Node 20."""
FOLDER = Path(tempfile.gettempdir()) / f"anchorwatch-bench-linkinator-{VERSION}"


def install() -> str | None:
    """Install it with npm if need be; returns why that cannot be done."""
    program = FOLDER / "node_modules/.bin/linkinator"
    if program.exists():
        return None
    FOLDER.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(FOLDER)]
    try:
        subprocess.run(
            [*command, f"linkinator@{VERSION}"], check=True, capture_output=True, timeout=120
        )
    except (OSError, subprocess.SubprocessError) as error:
        return f"npm cannot install it here ({type(error).__name__})"
    return None


def run(port: int, pages: int) -> int:
    links = "".join(
        f'<a href="http://{address(page)}:{port}{path(page)}">{page}</a>' for page in range(pages)
    )
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "index.html").write_text(links)
        done = subprocess.run(
            [
                FOLDER / "node_modules/.bin/linkinator",
                *("index.html", "--server-root", folder, "--format", "json"),
                *("--concurrency", str(IN_FLIGHT)),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
            cwd=folder,
        )
    answers = json.loads(done.stdout[done.stdout.index("{") :])["links"]
    return sum(link["state"] == "OK" and "/articles/" in link["url"] for link in answers)


if __name__ == "__main__":
    print(run(int(sys.argv[1]), int(sys.argv[2])))
