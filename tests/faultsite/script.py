"""The script of a fault site: which link is there when, and what goes wrong where, from one seed."""

import random
from dataclasses import dataclass, field

PAGES_PER_HOST = 10
HTTPS_EVERY = 10
_FAULTY = 0.25
_HOST_FAULTY = 0.06
_BLIPS = 0.02
_LOST = 0.35

# How a page answers when it cannot be looked at. None of these may ever count as a loss.
FAULTS = (
    *("challenge by header", "challenge by script", "challenge with 200", "captcha"),
    *("403", "401", "429", "500", "502", "503", "520", "timeout", "slow drip", "reset", "closed"),
    *("truncated", "torn chunks", "torn body", "bad gzip", "login", "maintenance", "empty"),
    *("js shell", "js frame", "redirect loop", "consent"),
)
# What a whole host does for a round.
HOST_FAULTS = ("robots block", "robots error", "429 with Retry-After", "dns failure", "refused")
TLS_FAULTS = ("tls expired", "tls wrong name")
# What looks like a loss for one single look and is none.
BLIPS = ("404 once", "soft 404 once", "home once", "without link once")
LOSSES = (
    *("removed", "404", "410", "soft 404", "shown for all", "home", "elsewhere", "commented"),
    *("mentioned", "parked", "refreshed away"),
)
HOST_LOSSES = ("domain gone", "domain parked")


@dataclass(slots=True)
class Page:
    """One page with one link, and when and how it loses it."""

    number: int
    host: str
    url: str
    lost_in: int | None = None
    loss: str | None = None
    faults: dict[int, str] = field(default_factory=dict)

    def is_lost(self, turn: int) -> bool:
        return self.lost_in is not None and turn >= self.lost_in


@dataclass(slots=True)
class Host:
    """One host, which fails or goes with all its pages."""

    name: str
    secure: bool
    faults: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Script:
    """Everything that will happen; the same seed writes the same script."""

    pages: dict[str, Page]
    hosts: dict[str, Host]
    rounds: int

    def fault(self, page: Page, turn: int) -> str | None:
        """Return what goes wrong for a page; older rules stand in for a robots.txt that fails."""
        of_host, of_page = self.hosts[page.host].faults.get(turn), page.faults.get(turn)
        return of_page or of_host if of_host == "robots error" else of_host or of_page


def write_script(*, pages: int, rounds: int, seed: int) -> Script:
    """Return the script for so many pages; nothing fails in round 0 and the last losses come early."""
    source = random.Random(seed)
    hosts: dict[str, Host] = {}
    found: dict[str, Page] = {}
    for number in range(pages):
        nth = number // PAGES_PER_HOST
        secure = nth % HTTPS_EVERY == 1
        name = f"www.faults{nth}.example"
        if name not in hosts:
            hosts[name] = Host(name, secure, _host_faults(source, rounds, secure=secure))
        url = f"{'https' if secure else 'http'}://{name}/posts/{number}"
        found[url] = _page(source, Page(number, name, url), rounds)
    _take_hosts(source, list(hosts), found, rounds)
    return Script(found, hosts, rounds)


def _host_faults(source: random.Random, rounds: int, *, secure: bool) -> dict[int, str]:
    kinds = (*HOST_FAULTS, *TLS_FAULTS) if secure else HOST_FAULTS
    return {
        turn: source.choice(kinds) for turn in range(1, rounds) if source.random() < _HOST_FAULTY
    }


def _page(source: random.Random, page: Page, rounds: int) -> Page:
    if source.random() < _LOST:
        page.lost_in = source.randrange(1, max(2, rounds - 4))
        page.loss = source.choice(LOSSES)
    blip_before = False
    for turn in range(1, rounds):
        # A page that seems gone twice is gone for whoever looks: after a blip comes a clear view.
        if blip_before:
            blip_before = False
        elif source.random() < _BLIPS and not page.is_lost(turn + 1):
            page.faults[turn] = source.choice(BLIPS)
            blip_before = True
        elif source.random() < _FAULTY:
            page.faults[turn] = source.choice(FAULTS)
    return page


def _take_hosts(
    source: random.Random, names: list[str], pages: dict[str, Page], rounds: int
) -> None:
    """Let a few hosts go altogether, with all their pages."""
    for nth, name in enumerate(source.sample(names, max(1, len(names) // 20))):
        lost_in, loss = source.randrange(1, max(2, rounds - 4)), HOST_LOSSES[nth % len(HOST_LOSSES)]
        for page in pages.values():
            if page.host == name:
                page.lost_in, page.loss = lost_in, loss
                page.faults = {
                    t: f for t, f in page.faults.items() if f not in BLIPS or t < lost_in - 1
                }
