"""Time limits that stand still while a look waits for our own work, and run for everything else."""

import asyncio

import pytest

from services.crawler.adapters.timing import Limit, limit, standing_still


async def never() -> None:
    await asyncio.Event().wait()


async def never_in(seconds: float) -> None:
    async with limit(seconds):
        await never()


async def wait_for_ourselves(seconds: float, *, within_s: float) -> float:
    """Wait so long in the block, then for ever; return after how long the limit ended that."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with limit(within_s):
            with standing_still():
                await asyncio.sleep(seconds)
            began = loop.time()
            await never()
    except TimeoutError:
        return loop.time() - began
    raise AssertionError("nothing ended it")


async def test_a_limit_ends_what_takes_longer() -> None:
    with pytest.raises(TimeoutError):
        await never_in(0.01)


async def test_our_own_waiting_does_not_count_in_any_limit_around_it() -> None:
    async with limit(0.1) as outer, limit(0.05) as inner:
        with standing_still():
            await asyncio.sleep(0.15)
        await asyncio.sleep(0)
    assert inner.waited_s >= 0.14
    assert outer.waited_s >= 0.14


async def test_after_our_own_waiting_the_limit_runs_on_with_what_was_left() -> None:
    assert 0.04 < await wait_for_ourselves(0.2, within_s=0.1) < 1


async def test_a_limit_that_stands_still_is_ended_by_one_that_does_not() -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await wait_for_ourselves(60, within_s=0.01)
    assert loop.time() - began < 5


async def test_the_limits_of_one_task_are_not_those_of_another() -> None:
    async def run_beside() -> None:
        async with limit(0.05), asyncio.TaskGroup() as group:
            group.create_task(wait_for_ourselves(60, within_s=60))
            await never()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5) as too_late:
            await run_beside()
    assert not too_late.expired()


async def stand_still_in(within: Limit, seconds: float) -> None:
    """Wait so long for ourselves in the block, then for ever."""
    async with within:
        with standing_still():
            await asyncio.sleep(seconds)
        await never()


async def test_what_may_take_so_long_at_most_is_ended_while_it_stands_still() -> None:
    within = limit(60, at_most_s=0.05)
    with pytest.raises(TimeoutError):
        await stand_still_in(within, 60)
    assert within.is_used_up


async def test_our_own_waiting_gives_no_more_time_than_there_is_at_most() -> None:
    within = limit(60, at_most_s=0.2)
    with pytest.raises(TimeoutError):
        await stand_still_in(within, 0.05)
    assert within.is_used_up
    assert within.waited_s >= 0.04


async def test_who_takes_too_long_without_waiting_has_not_used_up_all_time() -> None:
    within = limit(0.01, at_most_s=60)
    with pytest.raises(TimeoutError):
        await stand_still_in(within, 0)
    assert not within.is_used_up
