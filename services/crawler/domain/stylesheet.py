"""Reads the style blocks of a page as far as they can hide something: simple selectors only."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_SHEET = 128 * 1024
MAX_RULES = 2_000
# Comparisons of rules with elements for one page; beyond that the rest counts as not styled.
MAX_STEPS = 20_000
MAX_ANCESTORS = 64

# What can take something out of sight, or bring it back.
_TELLING = frozenset(
    {"display", "visibility", "opacity", "font-size", "color", "background", "background-color"}
    | {"background-image", "position", "left", "top", "right", "bottom", "text-indent", "clip"}
    | {"margin-left", "margin-top", "clip-path", "transform", "overflow", "width", "height"}
    | {"max-width", "max-height", "transition", "animation", "content-visibility"}
    | {"background-clip", "-webkit-background-clip"}
)
_REVEALING = frozenset({"display", "visibility", "opacity", "left", "top", "clip", "clip-path"})
_HIDING = {"display": {"none"}, "visibility": {"hidden", "collapse"}, "opacity": {"0", "0.0"}}
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_PIECE = re.compile(r"([^{}]*)([{}])")
_SCREEN = re.compile(
    r"@(?:media\s+(?:only\s+)?(?:screen|all)\s*\Z|layer\b|supports\b)", re.IGNORECASE
)
_PSEUDO = re.compile(r"::?[\w-]+(?:\([^()]*\))?")
_COMPOUND = re.compile(r"(\*|[a-zA-Z][\w-]*)?((?:[.#][\w-]+)*)\Z")
_NAMES = re.compile(r"([.#])([\w-]+)")

Attributes = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Compound:
    """The part of a selector that one element has to meet."""

    tag: str
    ids: frozenset[str]
    classes: frozenset[str]

    def fits(self, tag: str, attributes: Attributes) -> bool:
        """Return whether an element meets it."""
        if self.tag and self.tag != tag:
            return False
        if self.ids and not self.ids <= {attributes.get("id") or ""}:
            return False
        return not self.classes or self.classes <= set((attributes.get("class") or "").split())


@dataclass(frozen=True, slots=True)
class Rule:
    """One selector with what it declares; `above` are the compounds before the last, nearest first."""

    last: Compound
    above: tuple[tuple[bool, Compound], ...]
    weight: tuple[int, int, int, int]
    declared: tuple[tuple[str, str, bool], ...]


@dataclass(slots=True)
class Stylesheet:
    """The style blocks of a document, read when the first element asks."""

    document: LexborHTMLParser | None = None
    steps: int = MAX_STEPS
    rules: Mapping[str, tuple[Rule, ...]] | None = None

    def knows(self, tag: str, attributes: Attributes) -> bool:
        """Return whether any rule may be about an element with this tag and these names."""
        if not self._read():
            return False
        return next(self._named(_names_of(tag, attributes)), None) is not None

    def declared_for(
        self, node: LexborNode, tag: str, attributes: Attributes
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Return what the sheet declares for an element, by the cascade: plainly and urgently."""
        if not self._read():
            return {}, {}
        named = self._named(_names_of(tag, attributes))
        fitting = [rule for rule in named if self._fits(rule, node, tag, attributes)]
        fitting.sort(key=lambda rule: rule.weight)
        declared = [entry for rule in fitting for entry in rule.declared]
        return (
            {name: value for name, value, urgent in declared if not urgent},
            {name: value for name, value, urgent in declared if urgent},
        )

    def _read(self) -> Mapping[str, tuple[Rule, ...]]:
        if self.rules is None:
            self.rules = _rules_of(_text_of(self.document)) if self.document is not None else {}
        return self.rules

    def _named(self, names: Iterable[str]) -> Iterator[Rule]:
        for name in dict.fromkeys(names):
            yield from (self.rules or {}).get(name, ())

    def _fits(self, rule: Rule, node: LexborNode, tag: str, attributes: Attributes) -> bool:
        self.steps -= 1
        if self.steps < 0 or not rule.last.fits(tag, attributes):
            return False
        current = node.parent
        for direct, compound in rule.above:
            for _ in range(1 if direct else MAX_ANCESTORS):
                self.steps -= 1
                if current is None or self.steps < 0:
                    return False
                fits = compound.fits(current.tag or "", current.attributes)
                current = current.parent
                if fits:
                    break
            else:
                return False
        return True


def _names_of(tag: str, attributes: Attributes) -> list[str]:
    names = [tag, f"#{attributes.get('id') or ''}", "*"]
    names += [f".{name}" for name in (attributes.get("class") or "").split()[:32]]
    return names


def _text_of(document: LexborHTMLParser) -> str:
    """Return all style blocks of a page, but for those without scripts, for print or for phones."""
    texts: list[str] = []
    room = MAX_SHEET
    for node in document.css("style"):
        media = (node.attributes.get("media") or "all").strip().lower()
        if media in {"all", "screen"} and not _is_in_noscript(node):
            text = node.text()[:room]
            texts.append(text)
            room -= len(text)
    return "\n".join(texts)


def _is_in_noscript(node: LexborNode) -> bool:
    parent = node.parent
    return parent is not None and parent.tag == "noscript"


@lru_cache(maxsize=64)
def _rules_of(css: str) -> Mapping[str, tuple[Rule, ...]]:
    rules: dict[str, list[Rule]] = {}
    revealed: set[Compound] = set()
    for number, (selectors, declared) in enumerate(_blocks(_COMMENT.sub(" ", css))):
        telling = tuple(_telling(declared)) if number < MAX_RULES else ()
        for selector in selectors.split(",")[:64] if telling else ():
            plain = _PSEUDO.sub("", selector)
            rule = _rule(plain, telling, number)
            if rule is None:
                continue
            if plain != selector:
                if _reveals(telling):
                    revealed.add(rule.last)
                continue
            rules.setdefault(_name_of(rule.last), []).append(rule)
    return {
        name: tuple(rule for rule in named if rule.last not in revealed)
        for name, named in rules.items()
    }


def _reveals(declared: Iterable[tuple[str, str, bool]]) -> bool:
    """Return whether what a state such as :hover declares can bring something back into sight."""
    return any(
        name in _REVEALING and not value.startswith("-") and value not in _HIDING.get(name, ())
        for name, value, _ in declared
    )


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Yield selectors and declarations, leaving out what holds for some media only."""
    selectors = ""
    read: list[bool] = []
    for piece in _PIECE.finditer(css):
        text = piece[1].rpartition(";")[2].strip() if piece[2] == "{" else piece[1]
        if piece[2] == "{":
            read.append(not text.startswith("@") or _SCREEN.match(text) is not None)
            selectors = "" if text.startswith("@") else text
            continue
        if selectors and all(read):
            yield selectors, text
        selectors = ""
        if read:
            read.pop()


def _telling(declared: str) -> Iterator[tuple[str, str, bool]]:
    for declaration in declared.lower().split(";"):
        name, colon, value = declaration.partition(":")
        if colon and name.strip() in _TELLING:
            plain, bang, _ = value.partition("!")
            yield name.strip(), plain.strip()[:200], bool(bang)


def _rule(selector: str, declared: tuple[tuple[str, str, bool], ...], number: int) -> Rule | None:
    parts = selector.replace(">", " > ").split()
    compounds: list[tuple[bool, Compound]] = []
    direct = False
    for part in reversed(parts):
        if part == ">":
            direct = True
            continue
        found = _COMPOUND.match(part)
        if found is None:
            return None
        names = _NAMES.findall(found[2])
        ids = frozenset(name for sign, name in names if sign == "#")
        classes = frozenset(name for sign, name in names if sign == ".")
        tag = (found[1] or "").lower().replace("*", "")
        compounds.append((direct, Compound(tag, ids, classes)))
        direct = False
    if not compounds:
        return None
    every = [compound for _, compound in compounds]
    weight = (
        sum(len(compound.ids) for compound in every),
        sum(len(compound.classes) for compound in every),
        sum(bool(compound.tag) for compound in every),
        number,
    )
    return Rule(every[0], tuple(compounds[1:]), weight, declared)


def _name_of(compound: Compound) -> str:
    if compound.ids:
        return f"#{min(compound.ids)}"
    if compound.classes:
        return f".{min(compound.classes)}"
    return compound.tag or "*"
