"""Settings of the profile service."""

from typing import ClassVar

from pydantic import Field

from shared.settings import HouseSettings


class Settings(HouseSettings):
    """What profile needs beyond the house settings."""

    service: ClassVar[str] = "profile"

    port: int = Field(default=8082, ge=1, le=65535, description="TCP port to listen on.")
    import_files: int = Field(
        default=20, ge=1, le=200, description="Most files of one import request."
    )
    import_batch_rows: int = Field(
        default=5000,
        ge=1,
        le=20_000,
        description="Rows of an import that are stored in one transaction.",
    )
    observation_days: int = Field(
        default=30,
        ge=1,
        le=365,
        description="Days for which every single check is kept at least; whole months are dropped.",
    )
    alert_days: int = Field(
        default=180,
        ge=1,
        le=3650,
        description="Days for which alerts are kept after their last news.",
    )
    pdf_program: str | None = Field(
        default=None,
        max_length=500,
        description="The Chromium that prints audits to PDF. Unset: chromium, chromium-browser or "
        "google-chrome on PATH.",
    )
    pdf_sandbox: bool = Field(
        default=True,
        description="Chromium's own sandbox while it prints; false only where the container is the "
        "sandbox.",
    )
    connector_ahrefs_url: str = Field(
        default="https://api.ahrefs.com", max_length=500, description="Where Ahrefs is asked."
    )
    connector_semrush_url: str = Field(
        default="https://api.semrush.com", max_length=500, description="Where Semrush is asked."
    )
    connector_dataforseo_url: str = Field(
        default="https://api.dataforseo.com",
        max_length=500,
        description="Where DataForSEO is asked.",
    )
    connector_majestic_url: str = Field(
        default="https://api.majestic.com", max_length=500, description="Where Majestic is asked."
    )
    connector_bing_url: str = Field(
        default="https://ssl.bing.com",
        max_length=500,
        description="Where Bing Webmaster Tools is asked.",
    )
    connector_yandex_url: str = Field(
        default="https://api.webmaster.yandex.net",
        max_length=500,
        description="Where Yandex Webmaster is asked.",
    )
    nightly_hour: int = Field(
        default=3, ge=0, le=23, description="Hour (UTC) of the nightly housekeeping."
    )
