"""The line of an import's batches: copied one by one, committed in order, two at once."""

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

    async def store(self, name: str, turn: Turn, *, fails: bool = False) -> None:
        await turn.begin()
        async with turn.storing():
            self.log.append(f"copy {name}")
            if fails:
                raise FaultyError
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
    assert line.log == ["copy a", "copy b", "commit a"]
    assert [type(error) for error in failed.value.exceptions] == [FaultyError]
