"""The last layer of a site's scores, fitted to the decisions of its people; pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layer:
    """What is done to log-odds last: `slope x + offset`, in thousandths."""

    slope_milli: int = 1000
    offset_milli: int = 0

    @property
    def is_idle(self) -> bool:
        """Say whether it changes nothing."""
        return self.slope_milli == 1000 and self.offset_milli == 0

    def shift(self, milli: int) -> int:
        """Return what this layer adds to log-odds."""
        return round((self.slope_milli - 1000) * milli / 1000) + self.offset_milli


NO_LAYER = Layer()
