"""Where the public suffix of a host begins: the packaged list in one dict, read label by label; pure.

The answers are those of `publicsuffixlist.PublicSuffixList`, found without splitting and joining.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from publicsuffixlist import PSLFILE, encode_idn

_EXCEPTION, _EXACT, _WILDCARD = -1, 0, 1
_MARKS = (("!", _EXCEPTION), ("*.", _WILDCARD))


Cut = tuple[int, int, bool]
"""Where the public suffix begins; where that and one label begin, -1 if there is none; and whether
the list knows the suffix: else the last label is taken for it. A bare tuple, made for every host."""


def cut(host: str) -> Cut | None:
    """Return how a lower-case host is divided; None with an empty label."""
    rules = _rules()
    label, _, rest = host.partition(".")
    if label and rules.get(rest) == _EXACT and host not in rules:
        return len(label) + 1, 0, True  # as most are, at half of what it takes label by label
    if not host or host[0] == "." or host[-1] == "." or ".." in host:
        return None
    return _cut_by_label(host, rules)


def _cut_by_label(host: str, rules: Mapping[str, int]) -> Cut:
    above = before = -1  # where the two labels on the left begin
    start = 0
    while True:
        rule = rules.get(host[start:])
        if rule is not None:
            break
        dot = host.find(".", start)
        if dot < 0:
            return start, before, False
        above, before, start = before, start, dot + 1
    if rule == _EXCEPTION:
        return host.index(".", start) + 1, start, True
    if rule == _WILDCARD and before >= 0:
        return before, above, True
    return start, before, True


def is_below(host: str, last: str) -> bool:
    """Return whether a host of two labels is one label and a public suffix, its `last`.

    What `cut` would say of most hosts, found sooner; False where `cut` must be asked.
    """
    rules = _rules()
    return rules.get(last) == _EXACT and host not in rules


@cache
def _rules() -> dict[str, int]:
    """Return the kind of each rule by its name without marks; of several kinds the one that wins."""
    found: dict[str, int] = {}
    rules = [_parsed(line) for line in Path(PSLFILE).read_text("utf-8").split("\n")]
    for wanted in (_EXACT, _WILDCARD, _EXCEPTION):
        for name, kind in rules:
            if name and kind == wanted:
                found[name] = found[encode_idn(name)] = kind
    return found


def _parsed(line: str) -> tuple[str, int]:
    """Return the name and the kind of the rule on a line; no name where there is no rule."""
    rule = line.lower().split(" ")[0].rstrip()
    if rule.startswith("//"):
        return "", _EXACT
    for mark, kind in _MARKS:
        if rule.startswith(mark):
            return rule.removeprefix(mark), kind
    return rule, _EXACT


def is_above(host: str) -> bool:
    """Return whether public suffixes of the list lie below a host that is none itself."""
    return host in _above()


@cache
def _above() -> frozenset[str]:
    found: set[str] = set()
    for name in _rules():
        above = name.partition(".")[2]
        while above:
            found.add(above)
            above = above.partition(".")[2]
    return frozenset(found)


def is_private(host: str) -> bool:
    """Return whether a host lies below a suffix of those whose owners give names away: `github.io`."""
    found = cut(host)
    suffix = host[found[0] :] if found is not None else ""
    return suffix in _private() or suffix.partition(".")[2] in _private()


@cache
def _private() -> frozenset[str]:
    """Return the names of the rules in the private section, without marks."""
    _, _, section = Path(PSLFILE).read_text("utf-8").partition("===BEGIN PRIVATE DOMAINS===")
    names = {_parsed(line)[0] for line in section.split("\n")} - {""}
    return frozenset(names | {encode_idn(name) for name in names})
