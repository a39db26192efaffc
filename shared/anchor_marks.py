"""What a word may mean to one classifier, found once a word: most texts ask for nothing more.

Anchors are many and their words are few. Each rule says of a word whether the rule could speak of a
text that holds it; a text is shown only to the rules of which one of its words has the mark.
"""

from collections.abc import Callable

SPAM = 1
"""A spam word by itself, or with one inside it."""
SPAM_NEAR = 2
"""Spam beside others that have this mark."""
DISGUISED = 4
"""Letters and figures in one: what spelling tricks look like."""
BRAND = 8
"""Begins a form of the brand."""
BRAND_WITHIN = 16
BRAND_LIKE = 32
"""Begins like a form of the brand that may be misspelt."""
KEYWORD = 64
"""Has the stem of a keyword, or may have it together with the next word."""
FOREIGN = 128
"""Belongs to languages of which none is the site's."""
DENSE = 256
"""Of a script that does not part its words."""
LETTER = 512
"""A single letter or figure: a row of them may be a word."""
NAME = 2048
"""A word of a brand of several words."""
GENERAL = 1024
"""Stands in general phrases, or fills them."""

_KNOWN = 65_536


class Marks(dict[str, int]):
    """The marks of words, each asked for once; forgotten when there are too many."""

    def __init__(self, find: Callable[[str], int]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, word: str) -> int:
        if len(self) >= _KNOWN:
            self.clear()
        found = self[word] = self._find(word)
        return found
