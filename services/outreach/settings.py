"""Settings of the outreach service."""

from typing import ClassVar

from pydantic import Field

from shared.settings import HouseSettings


class Settings(HouseSettings):
    """`ANCHORWATCH_OUTREACH_<FIELD>`."""

    service: ClassVar[str] = "outreach"

    notice_pause_s: float = Field(
        default=300.0,
        gt=0,
        le=86_400,
        description="Seconds between two looks at the dates of placements (ending, overdue).",
    )
