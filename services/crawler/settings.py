"""Settings of the crawler."""

from typing import ClassVar, Literal

from pydantic import Field

from shared.settings import HouseSettings


class Settings(HouseSettings):
    """What the crawler needs beyond the house settings."""

    service: ClassVar[str] = "crawler"

    min_delay: float = Field(
        default=1.0,
        ge=0,
        le=60,
        description="Least seconds between two requests to one registrable domain; slow or busy "
        "hosts get more. 0 is for tests and demos on this machine.",
    )
    confirm_after: float | None = Field(
        default=None,
        ge=0,
        description="Seconds after which a second look confirms that a link is gone, for every "
        "link. Unset: 1 h, 15 min for links with a contract, 6 h where the domain is gone.",
    )
    connect_to: str = Field(
        default="",
        max_length=65_536,
        description="Connect elsewhere for some hosts, as curl's --connect-to: "
        "`blog.example:80=127.0.0.1:18080,*:443=127.0.0.1:18443`. `*` is any host, the first match "
        "wins, and only these address:port pairs may be private.",
    )
    concurrency: int = Field(
        default=64, ge=1, le=1_000, description="Requests in flight of one process."
    )
    per_address: int = Field(
        default=4, ge=1, le=100, description="Requests in flight to one IP address."
    )
    allowed_ports: frozenset[int] = Field(
        default=frozenset({80, 443, 8080, 8443}),
        description="TCP ports that pages may be fetched from, comma-separated.",
    )
    contact_url: str | None = Field(
        default=None,
        max_length=500,
        description="Where site owners read about this robot; it stands in the user agent. "
        "Unset: /robot below public_url.",
    )
    connect_timeout: float = Field(
        default=15.0, gt=0, le=120, description="Seconds to connect, TLS included."
    )
    timeout: float = Field(
        default=30.0, gt=0, le=300, description="Seconds for one request, body included."
    )
    max_wire: int = Field(
        default=5_000_000, ge=10_000, description="Most body bytes received for one page."
    )
    max_decoded: int = Field(
        default=10_000_000, ge=10_000, description="Most bytes of one page after decompression."
    )
    evidence_body: int = Field(
        default=1_000_000,
        ge=0,
        le=10_000_000,
        description="Most body bytes, as received, that are kept as evidence of a change. 0: keep no "
        "evidence at all.",
    )
    evidence_days: int = Field(
        default=400,
        ge=1,
        le=36_500,
        description="Days that evidence is kept after newer evidence of the link took its place; the "
        "newest of a watched link stays.",
    )
    evidence_max_bytes: int = Field(
        default=20_000_000_000,
        ge=1_000_000,
        description="Most bytes of evidence in the database; beyond it the oldest goes first.",
    )
    evidence_site_bytes: int = Field(
        default=5_000_000_000,
        ge=1_000_000,
        description="Most bytes of evidence of one site; beyond it its oldest goes first.",
    )
    claim_pages: int = Field(
        default=500, ge=1, le=5_000, description="Most pages that one claim takes."
    )
    workers: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Processes that look at pages, each at its share of the hosts. 1: the service "
        "itself looks; more: as many as there are cores.",
    )
    shards: int = Field(
        default=1,
        ge=1,
        le=1_024,
        description="Into how many parts the hosts are divided by hash. With 1, all replicas take "
        "what is free, and none ever asks a host that another one has.",
    )
    shard: int = Field(
        default=0,
        ge=0,
        description="Which of the parts this process looks after, from 0. Every part needs a "
        "process: the hosts of a part without one wait.",
    )
    render: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="Run the scripts of pages whose bytes leave a link open, in Chromium. auto: where "
        "one is found, but not as root and not without its sandbox; on: it has to be there, and as "
        "root it runs as nobody; off: such links stay unknown.",
    )
    render_program: str | None = Field(
        default=None,
        max_length=500,
        description="The Chromium to run. Unset: chromium, chromium-browser or google-chrome on PATH.",
    )
    render_sandbox: bool = Field(
        default=True,
        description="Chromium's own sandbox; false only where the container is the sandbox.",
    )
    render_tabs: int = Field(
        default=2, ge=1, le=32, description="Pages rendered at the same time by one process."
    )
    render_timeout: float = Field(
        default=30.0, gt=0, le=300, description="Seconds that one page may have a browser."
    )
    render_pages: int = Field(
        default=200, ge=1, le=10_000, description="Pages after which a browser is renewed."
    )
    render_memory: int = Field(
        default=1_500,
        ge=200,
        le=100_000,
        description="MiB of its own at which a browser is ended; its pages are looked at again later.",
    )
    render_host_daily: int = Field(
        default=500,
        ge=0,
        description="Most pages of one registrable domain that are rendered in a day (UTC), by all "
        "processes together.",
    )
    render_daily: int = Field(
        default=50_000,
        ge=0,
        description="Most pages that are rendered in a day (UTC), by all processes together.",
    )
    follow_sources: bool = Field(
        default=True,
        description="Ask hosts of watched pages for one of their sitemaps a day, and one of their "
        "feeds every six hours, and look soon at watched pages that these say have changed. Of a host "
        "that names no sitemap the usual places are tried once a month. The sites themselves are asked "
        "for their sitemaps once a week.",
    )
    ask_registries: bool = Field(
        default=False,
        description="Ask the registries of domains that link, and of the sites themselves, by RDAP until "
        "when they are registered. Each question tells a registry that somebody here is interested in "
        "the domain; that is why a person has to turn it on.",
    )
    registries_file: str | None = Field(
        default=None,
        max_length=1_000,
        description="A copy of IANA's list of RDAP servers (https://data.iana.org/rdap/dns.json), read at "
        "the start. Unset: the short list that comes with the product. It is never fetched by itself.",
    )
    registry_delay: float = Field(
        default=5.0,
        ge=0,
        le=3_600,
        description="Least seconds between two questions to one registry, over all processes.",
    )
    daily_checks: float | None = Field(
        default=None,
        gt=0,
        description="Looks a day to plan for all pages together: they are shared out by what is at "
        "stake, up and down. Placements keep their hourly looks. Unset: a page of usual value is "
        "looked at about once a week.",
    )
