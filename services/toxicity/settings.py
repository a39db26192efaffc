"""Settings of the toxicity service."""

from typing import ClassVar

from pydantic import Field

from shared.settings import HouseSettings


class Settings(HouseSettings):
    """`ANCHORWATCH_TOXICITY_<FIELD>`."""

    service: ClassVar[str] = "toxicity"

    walk_pause_s: float = Field(
        default=2.0,
        gt=0,
        le=3600,
        description="Seconds between two looks for sites whose links want judging again.",
    )
    large_domains: int = Field(
        default=50,
        ge=1,
        le=50,
        description="More new domains than this within a week need a second reviewer.",
    )
    large_share: float = Field(
        default=0.05,
        gt=0,
        le=0.05,
        description="The same for one version, as a share of the site's referring domains.",
    )
    large_authority: float = Field(
        default=0.02,
        gt=0,
        le=0.02,
        description="The same, as a share of the authority of all referring domains.",
    )
