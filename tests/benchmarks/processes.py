"""Run a program of a benchmark and say what it printed and what it cost."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Run:
    """One finished process: its output, user plus system seconds, wall seconds, peak MiB."""

    output: str
    cpu_s: float
    peak_mib: float


def run(module: str, arguments: Sequence[object], env: Mapping[str, str] | None = None) -> Run:
    """Run `python -m module arguments` to its end and account for exactly that process."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=_environment(env),
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{module} ended with {process.returncode}: {output[-2000:]}")
    return Run(
        output=output.strip(),
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_mib=usage.ru_maxrss / 1024,
    )


@contextmanager
def serving(module: str, arguments: Sequence[object]) -> Iterator[str]:
    """Keep a server running that prints its address first and ends with its standard input."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(timeout=20)


def setting(name: str, default: int) -> int:
    """Return the size of a benchmark that the environment may change: ANCHORWATCH_BENCH_<NAME>."""
    return int(os.environ.get(f"ANCHORWATCH_BENCH_{name}", default))  # noqa: TID251 - no service


def _environment(extra: Mapping[str, str] | None) -> dict[str, str]:
    return {**os.environ, **(extra or {})}  # noqa: TID251 - a child inherits it
