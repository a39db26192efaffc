"""How fast a WAT file is scanned, beside unpacking it alone, and whether every link is found.

The file is made here: no public WAT file with links was to be had, so a real one may pack better or
worse. One link of 20,000 leads to the site, half of those in spellings that a plain search misses.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator

import orjson

from services.crawler.domain.discovery import wat
from services.crawler.domain.discovery.hits import Damage
from services.crawler.domain.discovery.targets import Targets
from services.crawler.domain.discovery.unpacking import unpacked
from services.crawler.domain.discovery.warc import records
from shared import urls
from tests.benchmarks.results import Row, row
from tests.crawler.discovery import archives

PAGES = 3_000
LINKS = 110
ROUNDS = 5
_CHUNK = 1 << 20
_ONE_OF = 20_000
_SYLLABLES = [
    "ba",
    "be",
    "bi",
    "bo",
    "ca",
    "co",
    "da",
    "de",
    "di",
    "do",
    "fa",
    "fi",
    "ga",
    "go",
    "ha",
    "he",
    "ka",
    "ko",
    "la",
    "le",
    "li",
    "lo",
    "ma",
    "mi",
    "mo",
    "na",
    "ne",
]
_WORDS = [
    "about",
    "news",
    "shop",
    "products",
    "2024",
    "article",
    "image",
    "category",
    "tag",
    "page",
    "index",
    "blog",
    "review",
]
_SPELLINGS = (
    *("https://our.example/%d",) * 4,
    "https://OUR.Example/%d",
    "https://our%%2Eexample/%d",
    "https://o\tur.example/%d",
    "https://our\N{IDEOGRAPHIC FULL STOP}example/%d",
)


def made(pages: int, *, seed: int) -> Iterator[bytes]:
    """Yield the packed records of a crawl."""
    draw = random.Random(seed)
    hosts = [_host(draw) for _ in range(5_000)]
    for number in range(pages):
        links = [_link(draw, hosts) for _ in range(draw.randint(LINKS // 2, LINKS * 3 // 2))]
        url = f"https://{draw.choice(hosts)}/{number}"
        head = {"Title": " ".join(draw.choices(_WORDS, k=8)), "Metas": []}
        headers = {"Server": "nginx", "Content-Type": "text/html; charset=UTF-8"}
        yield archives.packed(archives.wat(links, url=url, head=head, headers=headers))


def _host(draw: random.Random) -> str:
    name = "".join(draw.choices(_SYLLABLES, k=draw.randint(2, 6)))
    return (
        f"{draw.choice(('', 'www.', 'blog.'))}{name}.{draw.choice(('com', 'org', 'de', 'co.uk'))}"
    )


def _name(draw: random.Random) -> str:
    return "".join(draw.choices(_SYLLABLES, k=draw.randint(2, 6)))


def _link(draw: random.Random, hosts: list[str]) -> dict[str, str]:
    path = f"{'-'.join(draw.choices(_WORDS, k=3))}/{_name(draw)}-{_name(draw)}"
    text = " ".join((*draw.choices(_WORDS, k=draw.randint(1, 6)), _name(draw)))
    if draw.randrange(_ONE_OF) == 0:
        url = draw.choice(_SPELLINGS) % draw.randrange(10**6)
    elif draw.random() < 0.6:
        url = f"/{path}?id={draw.randrange(10**9)}"
    else:
        host = draw.choice(hosts)
        url = f"https://{host.upper() if draw.random() < 0.01 else host}/{path}"
    return {"path": "A@/href", "url": url, "text": text, "title": text}


def measure() -> list[Row]:
    """Return the speeds in MB of unpacked bytes per second of CPU, and the share of links found."""
    data = b"".join(made(PAGES, seed=5))
    size = sum(len(piece or b"") for piece in unpacked(_chunks(data), Damage())) / 1e6
    one, five = Targets(["our.example"]), Targets(f"our{n}.example" for n in range(5))
    arms: dict[str, Callable[[], object]] = {
        "unpack": lambda: sum(1 for _ in unpacked(_chunks(data), Damage())),
        "scan": lambda: list(wat.scan(_chunks(data), one, Damage())),
        "scan, 5 hosts": lambda: list(wat.scan(_chunks(data), five, Damage())),
    }
    speeds: dict[str, list[float]] = {name: [] for name in arms}
    for _ in range(ROUNDS):
        for name, arm in arms.items():
            started = time.process_time()
            arm()
            speeds[name].append(size / (time.process_time() - started))
    alone = statistics.median(speeds["unpack"])
    found = {hit.target_url for hit in wat.scan(_chunks(data), one, Damage())}
    expected = _by_reading_everything(data, one)
    rows = [row("discover: unpacking alone", speeds["unpack"], "MB/s")]
    for name in ("scan", "scan, 5 hosts"):
        ratio = statistics.median(speeds[name]) / alone
        rows.append(
            row(f"discover: {name}", speeds[name], "MB/s", peer="unpacking alone", ratio=ratio)
        )
    recall = len(found & expected) / len(expected)
    rows.append(row("discover: recall", [recall], "", target="1.0", met=recall == 1.0))
    return rows


def _chunks(data: bytes) -> Iterator[bytes]:
    return archives.in_chunks(data, _CHUNK)


def _by_reading_everything(data: bytes, targets: Targets) -> set[str]:
    """Return the targets of all links, each record parsed and each link resolved."""
    found: set[str] = set()
    for record in records(_chunks(data), Damage()):
        answer = orjson.loads(record.block)["Envelope"]["Payload-Metadata"][
            "HTTP-Response-Metadata"
        ]
        for link in answer["HTML-Metadata"]["Links"]:
            target = urls.resolve(link["url"], record.target)
            if target is not None and targets.has_url(target):
                found.add(target)
    return found
