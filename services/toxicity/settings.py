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
    graph_every_s: float = Field(
        default=86_400.0,
        ge=60,
        description="Seconds after which the link graph and networks of a workspace are looked at anew.",
    )
    graph_pause_s: float = Field(
        default=60.0,
        gt=0,
        description="Seconds between two questions whether a workspace wants such a look.",
    )
    graph_max_edges: int = Field(
        default=10_000_000,
        ge=1_000,
        description="Most links between domains that one look takes into its memory (about 100 bytes each).",
    )
    graph_max_pages: int = Field(
        default=1_000_000,
        ge=100,
        description="Most pages that one look reads.",
    )
    attack_pause_s: float = Field(
        default=900.0,
        gt=0,
        description="Seconds between two looks for bursts of bad new domains.",
    )
    calibration_every_s: float = Field(
        default=604_800.0,
        ge=60,
        description="Seconds between two looks at a site's decisions, for what they ask of the last layer.",
    )
    calibration_pause_s: float = Field(
        default=3600.0,
        gt=0,
        description="Seconds between two questions whether a site wants such a look.",
    )
