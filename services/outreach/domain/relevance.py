# ruff: noqa: SIM905 - a block of words can be read and compared, a hundred quoted ones cannot
"""How near what a domain writes about is to what a site writes about, with the words they share; pure.

Points of a shared word = its weight for the site x how prominently it stands at the domain; relevance =
100 x points / (points + HALF). Explained for people in docs/prospects.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shared import anchor_words
from shared.anchor_stems import stem
from shared.anchor_text import fold, words_of

HALF = 8.0
"""So many points are a relevance of 50."""

OF_KEYWORD, OF_HEADING, OF_TEXT = 3.0, 2.0, 1.0
MAX_TERMS = 80
MAX_SHOWN = 12
MIN_WORDS = 60
MIN_TERMS = 3
_EVERYDAY = 0.4
_MANY = 3
_SHORTEST = 3
# Languages that write two words as one: "Wildbienen" is about "Bienen", though less surely so.
_JOINING = frozenset({"da", "de", "fi", "hu", "nb", "nl", "no", "sv"})
_PART, _SHORTEST_PART = 0.6, 5
# Words of menus and notices: they say nothing about what a site is about, in whatever language.
_MENU = frozenset(
    """
    about accept account all apply archive author back blog button cart category click close comment
    comments contact cookie cookies copyright email explore facebook faq follow footer form free get
    help here home homepage imprint impressum info instagram join latest learn legal like linkedin
    link links load login logout mail menu more navigation new news newsletter next page pages phone
    policy popular post posts previous privacy read register reserved rights search send share shop
    sign site sitemap skip start submit subscribe support tag tags team terms toggle top twitter view
    visit website welcome write youtube datenschutz kontakt startseite suche mehr weiter anmelden
    accueil contacto inicio buscar aviso politique confidentialite contatti cerca
    """.split()
)


@dataclass(frozen=True, slots=True)
class Text:
    """What was read of a domain, as far as its topic is concerned."""

    title: str = ""
    description: str = ""
    headings: Sequence[str] = ()
    words: Mapping[str, int] = field(default_factory=dict)
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a site: how much it weighs, and where it comes from."""

    word: str
    weight: float
    origin: str


@dataclass(frozen=True, slots=True)
class Topic:
    """What a site writes about; its language is known once its home page was read."""

    terms: Sequence[Term]
    language: str | None


@dataclass(frozen=True, slots=True)
class Shared:
    """A word that both have, and what it brings."""

    word: str
    yours: str
    theirs: str
    points: float


@dataclass(frozen=True, slots=True)
class Relevance:
    """`score` is None where there is too little to say; `sentence` says what there is."""

    score: int | None
    sentence: str
    shared: tuple[Shared, ...] = ()


def topic_of(brands: Iterable[str], keywords: Iterable[str], home: Text | None) -> Topic:
    """Return the words that a site is known by: its keywords, and what its own home page says most.

    The brand is left out: who writes about the same thing rarely writes its name.
    """
    language = home.language if home else None
    found: dict[str, Term] = {}
    names = {stem(word, language or "") for brand in brands for word in _subjects(brand)}

    def add(words: Iterable[str], weight: float, origin: str) -> None:
        for word in words:
            key = stem(word, language or "")
            if key in names or len(found) >= MAX_TERMS:
                continue
            is_everyday = weight < OF_KEYWORD and word in anchor_words.languages_of_words()
            found.setdefault(key, Term(word, weight * (_EVERYDAY if is_everyday else 1), origin))

    for keyword in keywords:
        add(_subjects(keyword), OF_KEYWORD, "one of your keywords")
    if home is not None:
        heads = " ".join([home.title, home.description, *home.headings])
        add(_subjects(heads), OF_HEADING, "your title and headings")
        for word, times in sorted(home.words.items(), key=lambda one: (-one[1], one[0])):
            origin = "often in your text" if times >= _MANY else "in your text"
            add(_subjects(word), OF_TEXT * min(1.0, (times + 1) / (_MANY + 1)), origin)
    return Topic(tuple(found.values()), language)


def relevance_of(topic: Topic, text: Text) -> Relevance:
    """Return how near a domain's text is to a site's topic."""
    if len(topic.terms) < MIN_TERMS:
        return Relevance(None, "Too little is known of your own topic: add keywords to your site.")
    if sum(text.words.values()) < MIN_WORDS:
        return Relevance(None, "Its pages hold too little text to say what they are about.")
    shared = sorted(_shared(topic, text), key=lambda one: (-one.points, one.word))
    points = sum(one.points for one in shared)
    score = round(100 * points / (points + HALF))
    return Relevance(score, _sentence(shared, topic.language, text.language), tuple(shared))


def _shared(topic: Topic, text: Text) -> Iterable[Shared]:
    language = text.language or topic.language or ""
    places = _places(text, language)
    counts = _counts(text.words, language)
    own = {stem(term.word, topic.language or language): term for term in reversed(topic.terms)}
    longer = _longer(own, {**counts, **places}) if language in _JOINING else {}
    for key, term in own.items():
        place, strength = _stands(key, places, counts)
        for word in longer.get(key, ()):
            where, much = _stands(word, places, counts)
            if _PART * much > strength:
                place, strength = f"{where}, within a longer word", _PART * much
        if strength:
            yield Shared(term.word, term.origin, place, round(term.weight * strength, 2))


def _stands(
    key: str, places: Mapping[str, tuple[str, float]], counts: Mapping[str, int]
) -> tuple[str, float]:
    """Return where a stem stands most prominently, and how much that counts."""
    place, strength = places.get(key, ("", 0.0))
    times = counts.get(key, 0)
    in_text = times / (times + _MANY)
    return (f"{times} times in its text", in_text) if in_text > strength else (place, strength)


def _longer(own: Iterable[str], theirs: Iterable[str]) -> Mapping[str, list[str]]:
    """Return for stems of ours the words of theirs that begin or end with it, or it with them."""
    found: dict[str, list[str]] = {}
    long_enough = [word for word in theirs if len(word) >= _SHORTEST_PART]
    for key in own:
        if len(key) >= _SHORTEST_PART:
            joined = [word for word in long_enough if _is_part(*sorted((key, word), key=len))]
            if joined:
                found[key] = joined
    return found


def _is_part(short: str, long: str) -> bool:
    return len(long) - len(short) >= _SHORTEST and (long.startswith(short) or long.endswith(short))


def _places(text: Text, language: str) -> Mapping[str, tuple[str, float]]:
    """Return for the stem of each word that stands out where it does, the most prominent place."""
    found: dict[str, tuple[str, float]] = {}
    for texts, place, strength in (
        ([text.title], "in its title", 1.0),
        ([*text.headings, text.description], "in its headings", 0.8),
    ):
        for word in _subjects(" ".join(texts)):
            found.setdefault(stem(word, language), (place, strength))
    return found


def _counts(words: Mapping[str, int], language: str) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for word, times in words.items():
        key = stem(word, language)
        counts[key] = counts.get(key, 0) + times
    return counts


def _subjects(text: str) -> list[str]:
    """Return the words of a text that may say what it is about."""
    empty = anchor_words.telling_words()
    return [
        word
        for word in words_of(fold(text))
        if len(word) >= _SHORTEST
        and not word.isdecimal()
        and word not in empty
        and word not in _MENU
    ]


def _sentence(shared: Sequence[Shared], yours: str | None, theirs: str | None) -> str:
    if not shared:
        said = "It shares none of your words."
    else:
        said = f"It shares {', '.join(f'“{one.word}”' for one in shared[:5])} with you."
    if yours and theirs and yours != theirs:
        said = f"{said} It is in another language than your site."
    return said
