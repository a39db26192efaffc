"""How a page of the demo web answers in each state; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from random import Random

from services.demo.world import BRAND, GONE, MOVED, SITE, TARGETS, Act, HostKind, Page, PlantedLink

_VOCABULARY = (
    "morning cup water grind filter roast bean harbour window table slow warm bright citrus "
    "chocolate paper kettle scale minute gram bloom pour stir taste sweet clean body origin farm "
    "washed natural market street rain tide boat friend recipe kitchen habit letter season"
)
_WORDS = tuple(_VOCABULARY.split(" "))
_ROBOTS_TXT = "User-agent: *\nAllow: /\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server sends; `hangs` = it accepts the request and never answers."""

    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False


def robots() -> Answer:
    return Answer(body=_ROBOTS_TXT, headers={"Content-Type": "text/plain; charset=utf-8"})


def missing() -> Answer:
    return Answer(404, _document("Not found", "<p>There is no such page here.</p>"))


def own_site(path: str) -> Answer:
    """Return a page of the watched site itself; some of its pages moved or are gone."""
    if path in MOVED:
        return Answer(301, headers={"Location": f"http://{SITE}{MOVED[path]}"})
    if path in GONE or path not in TARGETS:
        return missing()
    links = "".join(f'<li><a href="{to}">{_name(to)}</a></li>' for to in TARGETS if to not in GONE)
    return Answer(body=_document(f"{_name(path)} - {BRAND}", f"<ul>{links}</ul>{_text(path)}"))


def answer(page: Page, act: Act, siblings: Sequence[Page]) -> Answer:
    """Return how the page answers while it does `act`."""
    refusal = _refusal(page, act)
    if refusal is not None:
        return refusal
    head = '<meta name="robots" content="noindex">' if act is Act.NOINDEX else ""
    headers = {"X-Robots-Tag": "noindex"} if act is Act.NOINDEX_HEADER else {}
    return Answer(body=_document(page.title, _article(page, act, siblings), head), headers=headers)


def _refusal(page: Page, act: Act) -> Answer | None:
    return {
        Act.REDIRECTED: Answer(301, headers={"Location": f"http://{page.host.name}/"}),
        Act.GONE: Answer(410, _document("Gone", "<p>This post was taken down.</p>")),
        Act.CHALLENGE: Answer(
            403,
            _document("Just a moment...", "<p>Checking your browser before you go on.</p>"),
            {"Server": "cloudflare", "cf-mitigated": "challenge"},
        ),
        Act.FORBIDDEN: Answer(403, _document("Forbidden", "<p>Access denied.</p>")),
        Act.RATE_LIMITED: Answer(
            429, _document("Too many requests", "<p>Slow down.</p>"), {"Retry-After": "20"}
        ),
        Act.BROKEN: Answer(503, _document("Unavailable", "<p>Back soon.</p>")),
        Act.HANGING: Answer(hangs=True),
    }.get(act)


def _article(page: Page, act: Act, siblings: Sequence[Page]) -> str:
    random = Random(page.seed)  # noqa: S311 - a stage set, not a secret
    paragraphs = [_sentence(random) for _ in range(random.randint(4, 9))]
    link = _planted(page, act)
    place = page.link.place if page.link else "content"
    if link and place == "content":
        paragraphs[1] += f" We went to {link} and came back with notes."
    if act is Act.SECOND_LINK and page.second:
        paragraphs[2] += f" There is {_anchor(page.second)} as well."
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    navigation = "".join(f'<li><a href="{p.path}">{escape(p.title)}</a></li>' for p in siblings[:8])
    return (
        f"<header><nav><ul>{navigation}</ul></nav></header>"
        f"<main><article><h1>{escape(page.title)}</h1>{body}{_elsewhere(page, random)}</article>"
        f"{_section('section', 'comments', link if place == 'comment' else '')}</main>"
        f"{_section('aside', 'sidebar', link if place == 'sidebar' else '')}"
        f"<footer><p>{escape(page.host.title)}, since 2014. "
        f'<a href="/">Contact and legal notice</a>{link if place == "footer" else ""}</p></footer>'
    )


def _section(tag: str, name: str, content: str) -> str:
    return f'<{tag} class="{name}"><p>{content}</p></{tag}>' if content else ""


def _planted(page: Page, act: Act) -> str:
    if page.link is None or act is Act.WITHOUT_LINK:
        return ""
    rel = {Act.NOFOLLOW: ("nofollow",), Act.SPONSORED: ("sponsored",)}.get(act, page.link.rel)
    other = page.second.target if page.second else page.link.target
    link = PlantedLink(
        target=other if act is Act.OTHER_TARGET else page.link.target,
        anchor="read more" if act is Act.OTHER_ANCHOR else page.link.anchor,
        rel=rel,
    )
    shown = _anchor(link)
    if act is Act.HIDDEN:
        return f'<span style="display:none">{shown}</span>'
    return f"<!-- {shown} -->" if act is Act.COMMENTED_OUT else shown


def _anchor(link: PlantedLink) -> str:
    rel = f' rel="{" ".join(link.rel)}"' if link.rel else ""
    return f'<a href="http://{SITE}{link.target}"{rel}>{escape(link.anchor)}</a>'


def _elsewhere(page: Page, random: Random) -> str:
    """Return links to third parties: a few on an honest page, a wall of them on a link farm."""
    if page.host.kind is not HostKind.FARM:
        return f'<p>Further reading: <a href="http://reading-{random.randint(1, 40)}.example/">here</a></p>'
    deals = (f"deal-{random.randint(1, 900)}" for _ in range(90))
    return "".join(f'<p><a href="http://{deal}.example/">cheap {deal}</a></p>' for deal in deals)


def _sentence(random: Random) -> str:
    return " ".join(random.choices(_WORDS, k=random.randint(24, 60))).capitalize() + "."


def _text(path: str) -> str:
    random = Random(path)  # noqa: S311 - a stage set, not a secret
    return "".join(f"<p>{_sentence(random)}</p>" for _ in range(5))


def _name(path: str) -> str:
    return path.rpartition("/")[2].replace("-", " ").capitalize() or "Home"


def _document(title: str, body: str, head: str = "") -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title>{head}</head><body>{body}</body></html>"
    )
