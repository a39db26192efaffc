"""Our own status-only mode on the benchmark's site, for comparison with programs that do only that."""

import tempfile
from pathlib import Path

from tests.benchmarks import processes
from tests.benchmarks.site import ADDRESSES, address, host, question


def cpu_s(port: str, questions: int, pages: int) -> float:
    """Return the seconds of CPU of `anchorwatch check --status-only` for so many URLs."""
    routes = ",".join(f"bench{n}.example:80={address(n)}:{port}" for n in range(ADDRESSES))
    env = {"ANCHORWATCH_CRAWLER_CONNECT_TO": routes, "ANCHORWATCH_CRAWLER_MIN_DELAY": "0"}
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "urls.txt"
        listed.write_text(
            "".join(f"http://{host(n)}{question(n, pages)}\n" for n in range(questions))
        )
        run = processes.run("services", ["check", "--status-only", "--file", listed], env)
    answered = sum(line.startswith("200\t") for line in run.output.splitlines())
    assert answered == questions, f"{answered} of {questions} URLs answered: {run.output[:500]}"
    return run.cpu_s
