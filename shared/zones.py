"""Time zones by their names in the IANA's list; pure."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo


def zone_of(name: str) -> tzinfo:
    """Return the time zone of this name in the IANA's list; raises ValueError where there is none."""
    if name == "UTC":
        return UTC  # also where the machine has no list of zones
    try:
        return ZoneInfo(name)
    except (KeyError, OSError) as error:  # a folder of the list is an OSError
        raise ValueError(f"There is no time zone {name[:60]!r}.") from error
