"""What pages call themselves that collect links, in the languages of the lists of general phrases; pure."""

import re

from shared.anchor_text import fold

_WORDS = (
    r"resources?|useful links|links|link list|linklist|recommended (?:sites|links|reading)"
    r"|further reading|bookmarks|link collection|directory of|toolbox|reading list"
    r"|linkliste|linksammlung|linktipps|nuetzliche links|nutzliche links|weiterfuehrende links"
    r"|weiterfuhrende links|surftipps|empfehlungen|ressourcen"
    r"|liens|liens utiles|ressources|sites utiles|a lire aussi|bonnes adresses"
    r"|enlaces|enlaces de interes|recursos|sitios recomendados|paginas recomendadas"
    r"|collegamenti|link utili|risorse|siti utili|siti consigliati"
    r"|ligacoes|links uteis|sites uteis|recursos uteis"
    r"|koppelingen|nuttige links|handige links|bronnen|interessante sites"
    r"|linki|przydatne linki|polecane strony|zasoby"
    r"|odkazy|uzitecne odkazy|lankar|lanktips|anvandbara lankar|nyttige lenker|lenker|linkki"
    r"|linkkeja|hyodyllisia linkkeja|faydali linkler|baglantilar"
    r"|ссылки|полезные ссылки|ресурсы|корисні посилання"
)
# Scripts without blanks have no edges of words to look for.
_WORD = re.compile(rf"(?<!\w)(?:{_WORDS})(?!\w)|リンク集|お役立ちリンク|友情链接|实用链接")
_BLOG = re.compile(
    r"(?<!\w)(?:blog|weblog|magazin|magazine|articles|artikel|ratgeber|guides?)(?!\w)"
)


def list_word(text: str) -> str | None:
    """Return the word of a text that says: this is a list of links."""
    found = _WORD.search(fold(text))
    return None if found is None else found[0]


def is_blog(text: str) -> bool:
    """Say whether a text names the place where a site publishes."""
    return _BLOG.search(fold(text)) is not None
