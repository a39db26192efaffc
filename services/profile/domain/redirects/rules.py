"""Suggestions as the rules of a web server: one hop, no loop, each source once; pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

from services.profile.domain.redirects.paths import without_origin
from services.profile.domain.redirects.suggest import RedirectAction, Suggestion

_SAFE = "/-._~!'()@,;+&="


@dataclass(frozen=True, slots=True)
class Rule:
    """What a server answers for one path: 301 to the target, or 410 where there is none."""

    path: bytes
    """As the server sees it: without percent-escapes."""
    query: str
    target: str | None
    """A path or URL, percent-encoded, in plain ASCII."""

    @property
    def escaped(self) -> str:
        return escape(self.path)

    @property
    def text(self) -> str | None:
        """Return the path as text, if its bytes are any."""
        try:
            return self.path.decode()
        except UnicodeDecodeError:
            return None

    @property
    def status(self) -> int:
        return 410 if self.target is None else 301


def escape(path: bytes) -> str:
    """Return a path as a browser sends it; also `*`, `$`, `:` and `#` become escapes."""
    return quote_from_bytes(path, safe=_SAFE)


def rules_of(suggestions: Iterable[Suggestion], *, also_unsure: bool = False) -> list[Rule]:
    """Return the rules that follow from suggestions; those in doubt only if they are asked for."""
    wanted = {RedirectAction.REDIRECT, RedirectAction.GONE}
    if also_unsure:
        wanted.add(RedirectAction.SUGGEST)
    targets: dict[tuple[bytes, str], str | None] = {}
    for one in suggestions:
        if one.action in wanted:
            best = one.candidates[0].path if one.candidates else None
            targets.setdefault(source_of(one.dead), None if best is None else target_of(best))
    found = [
        Rule(path, query, end)
        for (path, query), target in targets.items()
        if path.strip(b"/") and (end := _end(path, query, target, targets)) != ""
    ]
    return [*found, *_other_slashes(found)]


def _other_slashes(rules: Sequence[Rule]) -> Iterator[Rule]:
    """Yield the same rules for the spelling with, or without, the slash at the end."""
    taken = {(rule.path, rule.query) for rule in rules}
    taken |= {source_of(rule.target) for rule in rules if rule.target is not None}
    for rule in rules:
        bare = rule.path.rstrip(b"/")
        other = bare if bare != rule.path else bare + b"/"
        is_file = b"." in bare.rpartition(b"/")[2]
        if not rule.query and not is_file and (other, "") not in taken:
            yield replace(rule, path=other)


def _end(
    path: bytes, query: str, target: str | None, targets: Mapping[tuple[bytes, str], str | None]
) -> str | None:
    """Follow the rules to their end; an empty text for a loop, which is no rule."""
    seen = {(path, query), (path.rstrip(b"/"), query)}
    while target is not None:
        place = source_of(target)
        if place in seen or (place[0].rstrip(b"/"), place[1]) in seen:
            return ""
        if place not in targets:
            return target
        seen.add(place)
        target = targets[place]
    return None


def source_of(text: str) -> tuple[bytes, str]:
    """Return the path in bytes and the query of a path or URL."""
    path, _, query = without_origin(text.strip()).partition("#")[0].partition("?")
    raw = unquote_to_bytes(path.encode("utf-8", "surrogatepass"))
    plain = query.encode("utf-8", "surrogatepass")
    return b"/" + raw.lstrip(b"/"), quote_from_bytes(plain, safe=_SAFE + "%?:*$")


def target_of(text: str) -> str:
    """Return where a redirect leads, in the letters that a Location header may hold."""
    path, query = source_of(text)
    parts = urlsplit(text.strip())
    is_url = parts.scheme in {"http", "https"} and parts.netloc.isascii() and parts.netloc
    origin = f"{parts.scheme}://{parts.netloc}" if is_url else ""
    return origin + escape(path) + (f"?{query}" if query else "")
