"""Writes the page of each host: text, template, links and whatever its kind hides in it."""

import random
from collections.abc import Callable, Sequence

from tests.synthetic import words
from tests.synthetic.world import SITE_URL, Host, Kind


def page_of(host: Host) -> bytes:
    """Return the bytes of a host's page; the same host gives the same bytes."""
    rng = random.Random(host.seed)
    writer = _Writer(host, rng)
    return _WRITERS[host.kind](writer).encode()


class _Writer:
    def __init__(self, host: Host, rng: random.Random) -> None:
        self.host = host
        self.rng = rng
        self.topic = rng.choice(list(words.TOPICS))
        self.vocabulary: Sequence[str] = words.TOPICS[self.topic]
        foreign = rng.random() < 0.1 and host.kind not in _ENGLISH
        self.language = rng.choice(list(words.FOREIGN)) if foreign else "en"

    # ---- text -------------------------------------------------------------------------------------

    def sentence(self) -> str:
        rng = self.rng
        if self.language != "en":
            picked = rng.choices(words.FOREIGN[self.language], k=rng.randint(7, 16))
        else:
            picked = [
                rng.choice(pool)
                for _ in range(rng.randint(2, 5))
                for pool in (words.COMMON, self.vocabulary, words.VERBS, words.COMMON)
            ]
        return " ".join(picked).capitalize() + "."

    def paragraph(self, sentences: int) -> str:
        return "<p>" + " ".join(self.sentence() for _ in range(sentences)) + "</p>"

    def body(self, paragraphs: tuple[int, int]) -> list[str]:
        return [
            self.paragraph(self.rng.randint(2, 6)) for _ in range(self.rng.randint(*paragraphs))
        ]

    def title(self) -> str:
        return f"{self.rng.choice(self.vocabulary)} and {self.rng.choice(self.vocabulary)}".title()

    # ---- links ------------------------------------------------------------------------------------

    def the_link(self, **attributes: str) -> str:
        if not self.host.followed:
            attributes["rel"] = "nofollow"
        extra = "".join(f' {name}="{value}"' for name, value in attributes.items())
        return f'<a href="{SITE_URL}"{extra}>{self.host.anchor}</a>'

    def mention(self) -> str:
        return (
            f"<p>{self.sentence()[:-1]} {self.the_link()} {self.sentence()} {self.sentence()}</p>"
        )

    def others(self, count: int, texts: Sequence[str] = ()) -> list[str]:
        rng = self.rng
        found = []
        for _ in range(count):
            text = rng.choice(texts) if texts else " ".join(rng.choices(self.vocabulary, k=2))
            found.append(f'<a href="https://site{rng.randint(1, 40_000)}.example/">{text}</a>')
        return found

    def money(self) -> list[str]:
        return [
            f'<a href="https://{domain}/">{self.rng.choice(words.POISON)}</a>'
            for domain in self.host.outlinks
        ]

    # ---- the frame --------------------------------------------------------------------------------

    def page(self, parts: Sequence[str], *, title: str | None = None, footer: str = "") -> str:
        host, theme = self.host, self.host.theme
        menu = "".join(f'<li><a href="/{word}">{word}</a></li>' for word in self.vocabulary[:6])
        legal = '<a href="/privacy-policy">Privacy</a>' if host.has_legal else ""
        contact = '<a href="/contact">Contact</a>' if host.has_contact else ""
        script = f"<script>gtag('config','{host.tracker_id}')</script>" if host.tracker_id else ""
        boxes = "".join(f'<div class="t{theme}-{n}"></div>' for n in range(25))
        return (
            f'<!doctype html><html lang="{self.language}"><head><title>{title or self.title()}</title>'
            f"{script}</head><body class='theme{theme}'><header><nav class='n{theme}'><ul>{menu}</ul>"
            f"</nav></header>{boxes}<main class='m{theme}'>{''.join(parts)}</main>"
            f"<footer class='f{theme}'>{contact}{legal}{footer}</footer></body></html>"
        )

    # ---- the kinds --------------------------------------------------------------------------------

    def article(self) -> str:
        parts = self.body((3, 9))
        parts.insert(self.rng.randint(0, len(parts)), self.mention())
        links = self.others(self.rng.randint(1, 8))
        parts += [f"<p>{self.sentence()} {link} {self.sentence()}</p>" for link in links]
        return self.page(parts)

    def personal(self) -> str:
        """A small site: few words, no frame to speak of; the innocents most at risk."""
        links = self.others(self.rng.randint(0, 6))
        parts = [*self.body((1, 2)), self.mention(), *(f"<li>{link}</li>" for link in links)]
        return self.page(parts)

    def forum(self) -> str:
        posts = [f'<div class="comment">{self.paragraph(2)}</div>' for _ in range(6)]
        posts.insert(3, f'<div class="comment">{self.mention()}</div>')
        return self.page([*self.body((1, 3)), *posts])

    def resources(self) -> str:
        links = self.others(self.rng.randint(25, 140))
        links.insert(self.rng.randint(0, len(links)), self.the_link())
        listed = [f"<li>{link} {self.sentence()}</li>" for link in links]
        return self.page([*self.body((1, 3)), f"<ul>{''.join(listed)}</ul>"])

    def directory(self) -> str:
        links = [*self.others(self.rng.randint(60, 180)), self.the_link()]
        self.rng.shuffle(links)
        return self.page(
            [self.paragraph(3), *(f"<li>{link} {self.sentence()}</li>" for link in links)]
        )

    def builder(self) -> str:
        return self.page(self.body((4, 8)), footer=f"Furniture by {self.the_link()}")

    def scraper(self) -> str:
        links = self.others(self.rng.randint(60, 250))
        links.insert(self.rng.randint(0, len(links)), self.the_link())
        return self.page([self.paragraph(1), *(f"<div>{link}</div>" for link in links)])

    def network(self) -> str:
        parts = self.body((1, 5))
        parts.insert(self.rng.randint(0, len(parts)), self.mention())
        parts += [f"<p>{self.sentence()} {link} {self.sentence()}</p>" for link in self.money()]
        return self.page(parts)

    def farm(self) -> str:
        links = self.others(self.rng.randint(120, 420), words.POISON)
        links.insert(self.rng.randint(0, len(links)), self.the_link())
        title = f"Best {self.rng.choice(words.SURE_SPAM)} links"
        return self.page([f"<div>{link}</div>" for link in links], title=title)

    def comment(self) -> str:
        spam = [
            f'<div class="comment"><p>nice post {link}</p></div>' for link in self.spammy(30, 130)
        ]
        spam.insert(2, f'<div class="comment"><p>great blog {self.the_link()}</p></div>')
        return self.page([*self.body((3, 8)), *spam])

    def spammy(self, least: int, most: int) -> list[str]:
        return self.others(self.rng.randint(least, most), words.POISON)

    def hacked(self) -> str:
        way = self.rng.choice(
            ["display:none", "position:absolute;left:-9999px", "height:0;overflow:hidden"]
        )
        block = " ".join([*self.spammy(4, 30), self.the_link()])
        return self.page([*self.body((3, 9)), f'<div style="{way}">{block}</div>'])

    def paid(self) -> str:
        parts = self.body((4, 8))
        parts.insert(2, self.mention())
        for link in self.rng.sample(self.money(), 3):
            parts.append(f"<p>{self.sentence()} {link} {self.sentence()}</p>")
        return self.page(parts)

    def attack(self) -> str:
        spam = " ".join(self.rng.choices(words.SPAM, k=self.rng.randint(20, 60)))
        links = [*self.others(self.rng.randint(25, 160), words.POISON), self.the_link()]
        self.rng.shuffle(links)
        title = f"{self.rng.choice(words.SURE_SPAM)} {self.rng.choice(words.SPAM)}"
        return self.page([f"<p>{spam}</p>", *(f"<div>{link}</div>" for link in links)], title=title)


_ENGLISH = frozenset({Kind.NETWORK, Kind.FARM, Kind.BLAST, Kind.DRIP, Kind.PAID, Kind.SCRAPER})
_WRITERS: dict[Kind, Callable[[_Writer], str]] = {
    Kind.BLOG: _Writer.article,
    Kind.NEWS: _Writer.article,
    Kind.BUSINESS: _Writer.article,
    Kind.VIRAL: _Writer.article,
    Kind.PERSONAL: _Writer.personal,
    Kind.FORUM: _Writer.forum,
    Kind.RESOURCES: _Writer.resources,
    Kind.DIRECTORY: _Writer.directory,
    Kind.BUILDER: _Writer.builder,
    Kind.SCRAPER: _Writer.scraper,
    Kind.NETWORK: _Writer.network,
    Kind.FARM: _Writer.farm,
    Kind.COMMENT: _Writer.comment,
    Kind.HACKED: _Writer.hacked,
    Kind.PAID: _Writer.paid,
    Kind.BLAST: _Writer.attack,
    Kind.DRIP: _Writer.attack,
}
