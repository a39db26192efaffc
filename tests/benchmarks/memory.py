"""The peak memory of a crawler worker while one page of fifty is a bomb, endless or huge.

4,000 pages in place of 10,000: the peak is reached within the first hundreds, where many bombs meet.
ANCHORWATCH_BENCH_BOMB_PAGES=10000 is all of them.
"""

from tests.benchmarks import databases, processes
from tests.benchmarks.bombs import is_bomb, links, number_of
from tests.benchmarks.results import Row, row

PAGES = processes.setting("BOMB_PAGES", 4_000)
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
    found, *urls = run.output.splitlines()[0].split()
    late = sum(links(number_of(url)) for url in urls)
    # Endless bodies must not cost their neighbours; and a worker that fails would hold little.
    assert int(found) + late == expected, f"{found} found, {late} timed out, of {expected} links"
    assert late <= expected // 50, f"{late} of {expected} looks timed out: is the machine busy?"
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
