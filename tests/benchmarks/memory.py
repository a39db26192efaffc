"""The peak memory of a crawler worker while one page of fifty is a bomb, endless or huge.

4,000 pages in place of 10,000: the peak is reached within the first hundreds, where many bombs meet.
"""

from tests.benchmarks import databases, processes
from tests.benchmarks.bombs import is_bomb, links
from tests.benchmarks.results import Row, row

PAGES = 4_000
MOST_MIB = 250.0


def measure() -> list[Row]:
    """Return the peak of the process that looks at all pages, each once."""
    with (
        databases.server() as server,
        processes.serving("tests.benchmarks.bombs", ()) as port,
    ):
        arguments = (server.new_database(), port, PAGES, 1)
        run = processes.run("tests.benchmarks.worker", arguments)
    expected = sum(map(links, range(PAGES)))
    # Some looks may time out beside so many endless bodies; a worker that fails would hold little.
    assert 0.95 * expected <= int(run.output) <= expected, f"{run.output} of {expected} links"
    bombs = sum(map(is_bomb, range(PAGES)))
    return [
        row(
            f"memory: peak of the worker, {PAGES:,} pages, {bombs} bombs and giants",
            [run.peak_mib],
            "MiB",
            target=f"<= {MOST_MIB:g} MiB",
            met=run.peak_mib <= MOST_MIB,
        )
    ]
