"""robots.txt by RFC 9309 and, where that is silent or both differ, by Google's matcher."""

import math
import re
from dataclasses import dataclass, field

# RFC 9309, 2.5: parse at least this much; Google ignores what follows.
MAX_BYTES = 500 * 1024
MAX_SITEMAPS = 1_000
# RFC 9309, 2.2.2: nobody can forbid to ask for the file itself.
ITSELF = "/robots.txt"
# Google cuts a line here, which also bounds every pattern.
MAX_LINE = 2083 * 8 - 1

_BOM = b"\xef\xbb\xbf"
_BLANK = " \t\n\r\x0b\x0c"
_LINE_END = re.compile(r"[\r\n]+")
_PRODUCT = re.compile(r"[A-Za-z_-]*")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_NOT_ASCII = re.compile(r"[\x80-\xff]")
_PATH_START = re.compile(r"[/?;]")
# Misspellings that Google reads as what was meant; a name only has to start like this.
_DIRECTIVES = (
    ("user-agent", ("user-agent", "useragent", "user agent")),
    ("allow", ("allow",)),
    (
        "disallow",
        ("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"),
    ),
    ("sitemap", ("sitemap", "site-map")),
    ("crawl-delay", ("crawl-delay", "crawldelay", "crawl delay")),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One allow or disallow line; the priority is the length of its pattern."""

    allow: bool
    priority: int
    head: str
    rest: tuple[str, ...]
    anchored: bool

    def matches(self, path: str) -> bool:
        """Return whether the pattern fits the path, in time linear in both."""
        if not path.startswith(self.head):
            return False
        at = len(self.head)
        if not self.rest:
            return not self.anchored or at == len(path)
        *inner, last = self.rest
        for part in inner:
            at = path.find(part, at)
            if at < 0:
                return False
            at += len(part)
        if self.anchored:
            return path.endswith(last) and len(path) - len(last) >= at
        return path.find(last, at) >= 0


@dataclass(slots=True)
class Group:
    """The rules below one or more user-agent lines."""

    rules: list[Rule] = field(default_factory=list)
    crawl_delay: float | None = None


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one robots.txt file."""

    groups: dict[str, list[Group]] = field(default_factory=dict)
    sitemaps: tuple[str, ...] = ()

    def allowed(self, user_agent: str, url: str) -> bool:
        """Return whether this user agent (a product token, or a header of it) may fetch the URL."""
        groups = [group for group in self._groups_of(user_agent) if group.rules]
        if not groups:
            return True
        path = _path_of(url)
        if path == ITSELF:
            return True
        best = Rule(allow=True, priority=0, head="", rest=(), anchored=False)
        for group in groups:
            for rule in group.rules:
                better = rule.priority > best.priority or (
                    rule.allow and rule.priority == best.priority
                )
                if better and rule.matches(path):
                    best = rule
        return best.allow

    def crawl_delay(self, user_agent: str) -> float | None:
        """Return the seconds between requests that the file asks of this user agent."""
        delays = (group.crawl_delay for group in self._groups_of(user_agent))
        return next((delay for delay in delays if delay is not None), None)

    def _groups_of(self, user_agent: str) -> list[Group]:
        product = user_agent.partition("/")[0].strip().lower()
        return self.groups.get(product) or self.groups.get("*", [])


def parse(body: bytes) -> Robots:
    """Return the rules in the bytes of a robots.txt; never raises."""
    groups: dict[str, list[Group]] = {}
    sitemaps: list[str] = []
    group = Group()
    has_agents = in_rules = False
    for line in _lines(body):
        name, value = _directive(line)
        if name == "user-agent":
            if in_rules:
                group, in_rules = Group(), False
            has_agents = True
            _enter(groups, _product(value), group)
        elif name == "sitemap" and len(sitemaps) < MAX_SITEMAPS:
            sitemaps.append(value)
        elif name == "crawl-delay" and has_agents and group.crawl_delay is None:
            group.crawl_delay = _seconds(value)
        elif name in {"allow", "disallow"} and has_agents:
            # Only these two end a run of agent lines: unknown lines between agents do not.
            in_rules = True
            group.rules.extend(_rules(value, allow=name == "allow"))
    return Robots(groups=groups, sitemaps=tuple(sitemaps))


def _lines(body: bytes) -> list[str]:
    if len(body) > MAX_BYTES:
        cut = max(body.rfind(b"\n", 0, MAX_BYTES), body.rfind(b"\r", 0, MAX_BYTES))
        # Half a line would be another rule than the one that was written.
        body = body[: cut if cut >= 0 else MAX_BYTES]
    for length in (3, 2, 1):
        if body.startswith(_BOM[:length]):
            body = body[length:]
            break
    return _LINE_END.split(body.decode("latin-1"))


def _directive(line: str) -> tuple[str, str]:
    line = line[:MAX_LINE].partition("\0")[0].partition("#")[0].strip(_BLANK)
    name, colon, value = line.partition(":")
    if not colon:
        words = line.replace("\t", " ").split(" ", 1)
        if len(words) == 1 or " " in words[1].strip(" "):
            return "", ""
        name, value = words
    name = name.strip(_BLANK).lower()
    for directive, spellings in _DIRECTIVES:
        if name.startswith(spellings):
            return directive, value.strip(_BLANK)
    return "", ""


def _product(value: str) -> str:
    if value.startswith("*") and (len(value) == 1 or value[1].isspace()):
        return "*"
    found = _PRODUCT.match(value)
    return found[0].lower() if found else ""


def _enter(groups: dict[str, list[Group]], product: str, group: Group) -> None:
    entered = groups.setdefault(product, [])
    if not entered or entered[-1] is not group:
        entered.append(group)


def _rules(value: str, *, allow: bool) -> list[Rule]:
    if not value:
        return []
    pattern = _ESCAPE.sub(lambda found: found[0].upper(), value)
    pattern = _NOT_ASCII.sub(lambda found: f"%{ord(found[0]):02X}", pattern)
    rules = [_rule(pattern, allow=allow)]
    folder, slash, file = pattern.rpartition("/")
    if allow and slash and file.startswith("index.htm"):
        # Google: whoever allows the index file allows its folder.
        rules.append(_rule(f"{folder}/$", allow=True))
    return rules


def _rule(pattern: str, *, allow: bool) -> Rule:
    anchored = pattern.endswith("$")
    head, *rest = pattern.removesuffix("$").split("*")
    rest = [*filter(None, rest[:-1]), *rest[-1:]]
    return Rule(allow=allow, priority=len(pattern), head=head, rest=tuple(rest), anchored=anchored)


def _seconds(value: str) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if seconds >= 0 and math.isfinite(seconds) else None


def _path_of(url: str) -> str:
    """Return path and query, with hexadecimal digits in upper case; `/` for what is no URL."""
    start = 2 if url.startswith("//") else 0
    authority = url.find("://", start)
    early = _PATH_START.search(url, start)
    if authority >= 0 and (early is None or authority < early.start()):
        start = authority + 3
    found = _PATH_START.search(url, start)
    if found is None or "#" in url[: found.start()]:
        return "/"
    path = url[found.start() :].partition("#")[0]
    path = path if path.startswith("/") else f"/{path}"
    return _ESCAPE.sub(lambda escape: escape[0].upper(), path)
