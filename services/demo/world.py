"""The synthetic web: hosts, pages, links and their stories, all from one seed; pure."""

from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random

SITE = "tidewater-coffee.example"
BRAND = "Tidewater Coffee"
KEYWORDS = ("coffee subscription", "single origin coffee", "espresso beans")
PARTNERS = ("harbour-roasters.example",)
PAGES_PER_HOST = 20
SEARCHED = 40
"""Pages that the demo searches for ways to a link."""

TARGETS = (
    "/",
    "/subscription",
    "/beans/espresso",
    "/beans/single-origin",
    "/guides/cold-brew",
    "/guides/grind-size",
    "/guides/water",
    "/about",
    "/press",
    "/stockists",
    "/summer-blend",
    "/brewing-basics",
)
MOVED = {"/summer-blend": "/beans/single-origin"}
GONE = frozenset({"/brewing-basics"})


class HostKind(StrEnum):
    """What sort of place a host is; decides its words and how it links."""

    BLOG = "blog"
    NEWS = "news"
    DIRECTORY = "directory"
    FORUM = "forum"
    SCHOOL = "school"
    FARM = "farm"


class Act(StrEnum):
    """One thing that a page does for a while."""

    AS_AGREED = "as_agreed"
    WITHOUT_LINK = "without_link"
    SECOND_LINK = "second_link"
    NOFOLLOW = "nofollow"
    SPONSORED = "sponsored"
    OTHER_ANCHOR = "other_anchor"
    OTHER_TARGET = "other_target"
    HIDDEN = "hidden"
    COMMENTED_OUT = "commented_out"
    NOINDEX = "noindex"
    NOINDEX_HEADER = "noindex_header"
    REDIRECTED = "redirected"
    GONE = "gone"
    CHALLENGE = "challenge"
    FORBIDDEN = "forbidden"
    RATE_LIMITED = "rate_limited"
    BROKEN = "broken"
    HANGING = "hanging"


@dataclass(frozen=True, slots=True)
class Host:
    name: str
    title: str
    kind: HostKind
    rating: int
    """What the other tool in `history.py` thinks of the host, 0-100."""


@dataclass(frozen=True, slots=True)
class PlantedLink:
    """A link to our site that stands on a page."""

    target: str
    anchor: str
    rel: tuple[str, ...] = ()
    place: str = "content"


@dataclass(frozen=True, slots=True)
class Turn:
    """A page does `act` for so many beats."""

    act: Act
    beats: int


@dataclass(frozen=True, slots=True)
class Page:
    host: Host
    path: str
    title: str
    seed: int
    link: PlantedLink | None = None
    second: PlantedLink | None = None
    story: tuple[Turn, ...] = ()
    age_days: int = 0
    """How long ago the other tool first saw the link."""

    @property
    def url(self) -> str:
        return f"http://{self.host.name}{self.path}"

    def act_at(self, beat: float) -> Act:
        """Return what the page does at this moment; a story starts again after its end."""
        length = sum(turn.beats for turn in self.story)
        if length == 0 or beat < 0:
            return Act.AS_AGREED
        left = beat % length
        for turn in self.story:
            if left < turn.beats:
                return turn.act
            left -= turn.beats
        return Act.AS_AGREED


@dataclass(frozen=True, slots=True)
class World:
    hosts: tuple[Host, ...]
    pages: tuple[Page, ...]

    @property
    def linking_pages(self) -> tuple[Page, ...]:
        return tuple(page for page in self.pages if page.link is not None)

    @property
    def pages_to_search(self) -> tuple[Page, ...]:
        """Return pages of honest hosts that do not link to us: their further reading is long gone."""
        honest = (page for page in self.pages if page.link is None and page.path != "/")
        return tuple(page for page in honest if page.host.kind is HostKind.BLOG)[:SEARCHED]

    @property
    def pages_with_story(self) -> tuple[Page, ...]:
        return tuple(page for page in self.pages if page.story)


_HOSTS = (
    *((HostKind.BLOG, name) for name in ("morning-cup", "the-slow-brew", "kitchen-notes")),
    *((HostKind.BLOG, name) for name in ("harbour-roasters", "bean-diary", "cafe-walks")),
    *((HostKind.BLOG, name) for name in ("two-spoons", "home-barista", "north-pier")),
    *((HostKind.BLOG, name) for name in ("grinder-review", "the-daily-pour", "crema-club")),
    *((HostKind.NEWS, name) for name in ("coast-herald", "trade-of-today", "weekend-post")),
    *((HostKind.NEWS, name) for name in ("food-wire", "city-courier")),
    *((HostKind.DIRECTORY, name) for name in ("local-finds", "shops-by-the-sea", "fair-traders")),
    *((HostKind.FORUM, name) for name in ("coffee-talk", "espresso-bench", "ask-a-roaster")),
    *((HostKind.SCHOOL, name) for name in ("harbour-college", "food-science-institute")),
    *((HostKind.FARM, name) for name in ("best-links-4u", "top-seo-pages", "free-articles-hub")),
    *((HostKind.FARM, name) for name in ("casino-bonus-coffee", "cheap-traffic-now")),
)
_RATINGS = {
    HostKind.BLOG: (18, 46),
    HostKind.NEWS: (52, 78),
    HostKind.DIRECTORY: (24, 40),
    HostKind.FORUM: (30, 55),
    HostKind.SCHOOL: (60, 84),
    HostKind.FARM: (1, 9),
}
_LINK_SHARE = {
    HostKind.BLOG: 0.42,
    HostKind.NEWS: 0.25,
    HostKind.DIRECTORY: 0.3,
    HostKind.FORUM: 0.4,
    HostKind.SCHOOL: 0.15,
    HostKind.FARM: 0.5,
}
_TOPICS = (
    *("A week of", "Notes on", "Beginners and", "What we learned about", "Five questions on"),
    *("The quiet art of", "Tasting", "An honest look at", "Where to find", "Why we changed"),
)
_SUBJECTS = (
    *("cold brew", "hand grinders", "morning espresso", "filter papers", "light roasts"),
    *("small roasteries", "milk and foam", "water hardness", "coffee at sea", "slow breakfasts"),
)

# The stories: each begins as agreed, so that the first look at a page has something to compare with.
_ENDINGS: tuple[tuple[Turn, ...], ...] = (
    (Turn(Act.WITHOUT_LINK, 6), Turn(Act.AS_AGREED, 3)),
    (Turn(Act.NOFOLLOW, 5),),
    (Turn(Act.CHALLENGE, 3), Turn(Act.AS_AGREED, 3), Turn(Act.FORBIDDEN, 3)),
    (Turn(Act.SECOND_LINK, 9),),
    (Turn(Act.OTHER_ANCHOR, 5),),
    (Turn(Act.GONE, 6),),
    (Turn(Act.RATE_LIMITED, 3), Turn(Act.AS_AGREED, 2), Turn(Act.BROKEN, 3)),
    (Turn(Act.SPONSORED, 4),),
    (Turn(Act.NOINDEX, 5),),
    (Turn(Act.HANGING, 3),),
    (Turn(Act.REDIRECTED, 6), Turn(Act.AS_AGREED, 4)),
    (Turn(Act.OTHER_TARGET, 5),),
    (Turn(Act.COMMENTED_OUT, 6),),
    (Turn(Act.NOINDEX_HEADER, 4),),
    (Turn(Act.HIDDEN, 5),),
)
_STORIES = 60


def build(seed: int = 7) -> World:
    """Return the world of this seed; the same seed gives the same world on every machine."""
    random = Random(seed)  # noqa: S311 - a stage set, not a secret
    hosts = tuple(_host(kind, name, random) for kind, name in _HOSTS)
    pages = [_page(host, number, random) for host in hosts for number in range(PAGES_PER_HOST)]
    linking = [at for at, page in enumerate(pages) if page.link is not None]
    for number, at in enumerate(random.sample(linking, _STORIES)):
        pages[at] = _with_story(pages[at], number, random)
    return World(hosts=hosts, pages=tuple(pages))


def _host(kind: HostKind, name: str, random: Random) -> Host:
    return Host(
        name=f"{name}.example",
        title=name.replace("-", " ").title(),
        kind=kind,
        rating=random.randint(*_RATINGS[kind]),
    )


def _page(host: Host, number: int, random: Random) -> Page:
    title = f"{random.choice(_TOPICS)} {random.choice(_SUBJECTS)}"
    slug = title.lower().replace(" ", "-")
    links = number > 0 and random.random() < _LINK_SHARE[host.kind]
    return Page(
        host=host,
        path="/" if number == 0 else f"/{slug}-{number}",
        title=host.title if number == 0 else title,
        seed=random.getrandbits(32),
        link=_link(host.kind, random) if links else None,
        age_days=_age(random),
    )


def _age(random: Random) -> int:
    # More links in the recent months: a site that grows, with a quiet summer.
    return min(int(random.expovariate(1 / 150)) + random.randint(2, 20), 540)


def _link(kind: HostKind, random: Random) -> PlantedLink:
    target = random.choices(TARGETS, weights=(20, 14, 9, 9, 6, 5, 3, 6, 4, 3, 3, 2))[0]
    if kind is HostKind.FARM:
        anchor = random.choice((*KEYWORDS, "buy espresso beans online", "best casino bonus"))
        return PlantedLink(target, anchor, place=random.choice(("content", "footer")))
    anchor = random.choices(
        (BRAND, SITE, "read more", random.choice(KEYWORDS), f"{BRAND}'s guide"),
        weights=(38, 16, 16, 10, 20),
    )[0]
    rel = {HostKind.FORUM: ("ugc", "nofollow"), HostKind.DIRECTORY: ("nofollow",)}.get(kind, ())
    place = {HostKind.FORUM: "comment", HostKind.DIRECTORY: "sidebar"}.get(kind, "content")
    return PlantedLink(target, anchor, rel=rel if random.random() < 0.8 else (), place=place)


def _with_story(page: Page, number: int, random: Random) -> Page:
    ending = _ENDINGS[number % len(_ENDINGS)]
    assert page.link is not None  # noqa: S101 - only linking pages are drawn
    others = [target for target in TARGETS if target != page.link.target]
    return replace(
        page,
        second=PlantedLink(random.choice(others), f"more from {BRAND}"),
        story=(Turn(Act.AS_AGREED, 2 + number % 5), *ending, Turn(Act.AS_AGREED, 4 + number % 7)),
    )
