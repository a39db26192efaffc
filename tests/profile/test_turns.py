"""The line of an import's batches: two copied at once, committed in order."""

import asyncio
from itertools import pairwise

import pytest

from services.profile.jobs.turns import Turn


class FaultyError(Exception):
    """What a batch fails with."""


class Line:
    """Batches of pages on their way, and what happened in which order."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.disk = asyncio.Event()
        """What every commit waits for."""
        self.slow = dict[str, asyncio.Event]()
        """What the copying of a batch waits for."""

    async def store(self, name: str, turn: Turn, *, fails: bool = False) -> None:
        await turn.begin()
        async with turn.storing():
            self.log.append(f"copy {name}")
            if fails:
                raise FaultyError
            if name in self.slow:
                await self.slow[name].wait()
            await turn.end()
            await self.disk.wait()
            self.log.append(f"commit {name}")


async def settled() -> None:
    """Let every task go on as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


def turns(*pages: set[int], alone: bool = False) -> list[Turn]:
    made = [Turn(frozenset(one)) for one in pages]
    for before, turn in pairwise(made):
        turn.behind(before, alone=alone)
    return made


async def test_one_batch_is_copied_while_the_one_before_is_committed_and_no_third() -> None:
    line = Line()
    async with asyncio.TaskGroup() as group:
        for name, turn in zip("abc", turns({1}, {2}, {3}), strict=True):
            group.create_task(line.store(name, turn))
        await settled()
        assert line.log == ["copy a", "copy b"]
        line.disk.set()
    assert line.log.index("copy c") > line.log.index("commit a")
    assert [step for step in line.log if "commit" in step] == ["commit a", "commit b", "commit c"]


async def test_two_batches_are_copied_at_once_and_the_first_is_committed_first() -> None:
    line = Line()
    line.disk.set()
    copied = line.slow["a"] = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for name, turn in zip("abc", turns({1}, {2}, {3}), strict=True):
            group.create_task(line.store(name, turn))
        await settled()
        assert line.log == ["copy a", "copy b"]
        copied.set()
    assert [step for step in line.log if "commit" in step] == ["commit a", "commit b", "commit c"]


@pytest.mark.parametrize(("second", "alone"), [({1, 2}, False), ({2}, True)])
async def test_what_depends_on_the_batch_before_waits_for_its_commit(
    second: set[int], *, alone: bool
) -> None:
    line = Line()
    async with asyncio.TaskGroup() as group:
        for name, turn in zip("ab", turns({1}, second, alone=alone), strict=True):
            group.create_task(line.store(name, turn))
        await settled()
        assert line.log == ["copy a"]
        line.disk.set()
    assert line.log == ["copy a", "commit a", "copy b", "commit b"]


async def test_a_batch_that_fails_costs_none_before_it() -> None:
    line = Line()

    async def store_all() -> None:
        async with asyncio.TaskGroup() as group:
            for name, turn in zip("abc", turns({1}, {2}, {3}), strict=True):
                group.create_task(line.store(name, turn, fails=name == "b"))
            await settled()
            assert line.log == ["copy a", "copy b"]
            line.disk.set()

    with pytest.raises(ExceptionGroup) as failed:
        await store_all()
    assert [step for step in line.log if "commit" in step] == ["commit a"]
    assert [type(error) for error in failed.value.exceptions] == [FaultyError]
