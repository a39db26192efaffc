"""The interval of a share is Wilson's."""

import pytest

from shared.shares import wilson


def test_intervals_are_wilson_s() -> None:
    low, high = wilson(0, 100)
    assert low == 0.0
    assert high == pytest.approx(0.0370, abs=0.0005)
    assert wilson(50, 100) == pytest.approx((0.4038, 0.5962), abs=0.0005)
    assert wilson(0, 20_000)[1] == pytest.approx(1.92e-4, rel=0.01)
    assert wilson(0, 0) == (0.0, 1.0)
