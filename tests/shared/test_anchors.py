"""Anchor texts are classified as a person would, whatever their language or disguise."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.anchor_languages import languages_of
from shared.anchors import AnchorClass, Classifier
from shared.vocabulary import AnchorFlag, AnchorKind

DATA = Path(__file__).parent / "data"
PAGE = Path(__file__).parents[2] / "docs/anchors.md"


def site(brand: str, host: str, *keywords: str, language: str = "en") -> Classifier:
    return Classifier(brands=[brand], hosts=[host], keywords=keywords, languages=[language])


SITES = {
    "acme": site(
        "Acme Home", "acmehome.com", "emergency plumber london", "boiler repair", "plumbing services"
    ),
    "moebel": site(
        "Nordlicht Möbel", "nordlicht-moebel.de", "Esstisch massiv", "Ledersofa",
        "Schlafzimmer Schrank", language="de",
    ),
    "voyage": site(
        "Voyages Étoile", "voyages-etoile.fr", "voyage Japon", "séjour Islande", language="fr"
    ),
    "tienda": site(
        "Casa Luna", "casaluna.es", "lámparas de mesa", "muebles de jardín", language="es"
    ),
    "negozio": site("Bottega Rossi", "bottegarossi.it", "scarpe uomo", language="it"),
    "brasil": site("Café Serra", "cafeserra.com.br", "café especial", language="pt"),
    "winkel": site("Groene Fiets", "groenefiets.nl", "elektrische fiets", language="nl"),
    "butik": site("Lilla Butiken", "lillabutiken.se", "handgjorda ljus", language="sv"),
    "sklep": site("Zielony Dom", "zielonydom.pl", language="pl"),
    "rus": site("Тёплый Дом", "tepliydom.ru", "ремонт котлов", language="ru"),
    "tr": site("Mavi Ev", "maviev.com.tr", language="tr"),
    "japan": site("青空商店", "aozora-shoten.jp", "緑茶 通販", language="ja"),
    "casino": Classifier(brands=["Grand Casino Baden", "Grand Casino"], hosts=["gcb.example"]),
    "moore": Classifier(brands=["Moore"], hosts=["moore.example"]),
    "plumb": site("London Plumbers", "londonplumbers.example", "london plumbers"),
    "solar": site(
        "Nordwind Solar", "nordwind-solar.de", "Photovoltaik Anlage", "Wärmepumpe kaufen",
        language="de",
    ),
    "boulangerie": site(
        "Maison Dubois", "maison-dubois.fr", "pain au levain", "livraison gâteaux", language="fr"
    ),
    "viajes": site(
        "Viajes Sol", "viajessol.es", "hoteles en Mallorca", "vuelos baratos", language="es"
    ),
    "zegar": site("Zegarki Polskie", "zegarkipolskie.pl", "zegarek męski", language="pl"),
    "mebel": site(
        "Мебель Град", "мебельград.рф", "кухни на заказ", "диваны недорого", language="ru"
    ),
    "sakura": site("さくら不動産", "sakura-fudosan.jp", "東京 賃貸", language="ja"),
    "cha": site("龙井茶庄", "longjingcha.cn", "绿茶 批发", language="zh"),
    "arabi": site("متجر الواحة", "alwaha.example.com", "عطور رجالية", language="ar"),
    "ivrit": site("בית הקפה", "cafe.co.il", "מכונות קפה", language="he"),
    "turk": site("Deniz Mobilya", "denizmobilya.com.tr", "yatak odası takımı", language="tr"),  # noqa: RUF001
    "svensk": site("Fjällboden", "fjallboden.se", "vandringskängor dam", language="sv"),
    "ibm": site("IBM", "ibm.com"),
}  # fmt: skip


for _name, _site in json.loads((DATA / "anchor_sites.json").read_text(encoding="utf-8")).items():
    SITES[_name] = site(
        _site["brand"], _site["host"], *_site["keywords"], language=_site["language"]
    )


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def label(found: AnchorClass) -> str:
    """Name the class with the flags that the labelled sets count as classes."""
    for flag in (AnchorFlag.TOXIC, AnchorFlag.EMPTY, AnchorFlag.OTHER_LANGUAGE):
        if flag in found.flags:
            return flag.value
    return found.kind.value


@pytest.mark.parametrize("row", rows_of("anchor_cases.csv"), ids=lambda row: row["text"])
def test_every_documented_case_is_right(row: dict[str, str]) -> None:
    assert label(SITES["acme"].classify(row["text"])) == row["expected"]


def test_our_own_labelled_set_is_right_to_97_percent_and_the_page_shows_how() -> None:
    rows = rows_of("anchors_own.csv")
    counted = Counter(
        (row["expected"], label(SITES[row["site"]].classify(row["text"]))) for row in rows
    )
    wrong = sum(count for (expected, found), count in counted.items() if expected != found)
    assert len(rows) >= 1200
    assert wrong <= 0.03 * len(rows)
    page = PAGE.read_text(encoding="utf-8")
    told = f"{len(rows):,} anchors, {len(rows) - wrong:,} right: {1 - wrong / len(rows):.1%}"
    assert told in page, f"{PAGE.name} should say: {told}"
    for line in confusion(counted):
        assert line in page, f"{PAGE.name} should hold the line {line}"


def confusion(counted: Counter[tuple[str, str]]) -> list[str]:
    """Return the lines of the confusion matrix: a row for each label, a column for each answer."""
    names = sorted({expected for expected, _ in counted})
    lines = [f"| label | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}"]
    for expected in names:
        cells = (str(counted[expected, found] or "") for found in names)
        lines.append(f"| {expected} | {' | '.join(cells)} |")
    return lines


@pytest.mark.parametrize(
    ("text", "rule", "word"),
    [
        ("Acme Home", "brand name", "acmehome"),
        ("Akme Home", "brand name, misspelt", "acmehome"),
        ("read more", "general phrase", "read more"),
        ("London emergency plumber", "keyword", "emergency plumber london"),
        ("cheap boiler repair", "keyword and other words", "boiler repair"),
        ("emergency plumber", "most of a keyword", "emergency plumber london"),
        ("acmehome . com", "address", "acmehome.com"),
        ("acmehomeuk", "brand name in a word", "acmehome"),
        ("see https://acmehome.com", "address and general words", "https://acmehome.com"),
        ("le migliori ricette per l'estate", "other language", "it"),
        ("nettikasinoa", "spam word", "kasino"),
        ("best casino", "spam word", "casino"),
        ("betting odds", "spam word", "betting odds"),
        ("свежие новости", "other script", "cyrillic"),
        ("a long walk in the hills", "none of the rules", ""),
    ],
)
def test_the_rule_and_the_word_that_decided_are_told(text: str, rule: str, word: str) -> None:
    found = SITES["acme"].classify(text)
    assert (found.rule, found.word) == (rule, word)


def test_a_brand_that_is_a_money_word_is_no_spam_for_its_owner() -> None:
    found = SITES["casino"].classify("Grand Casino Baden")
    assert (found.kind, found.flags) == (AnchorKind.BRANDED, frozenset())
    assert AnchorFlag.TOXIC in SITES["acme"].classify("Grand Casino Baden").flags


def test_a_picture_is_judged_by_its_alt_text_and_flagged() -> None:
    assert SITES["acme"].classify("Acme Home", image=True) == AnchorClass(
        AnchorKind.BRANDED, frozenset({AnchorFlag.IMAGE}), "brand name", "acmehome"
    )
    nothing = SITES["acme"].classify("", image=True)
    assert nothing.flags == {AnchorFlag.IMAGE, AnchorFlag.EMPTY}


@pytest.mark.parametrize(
    ("keyword", "text", "language"),
    [
        ("травяной чай", "травяные чаи", "ru"),
        ("детский сад", "детские сады", "ru"),
        ("kilim", "kilimler", "tr"),
    ],
)
def test_a_keyword_bends_by_the_endings_of_its_language(
    keyword: str, text: str, language: str
) -> None:
    found = Classifier(keywords=[keyword], languages=[language]).classify(text)
    assert found.kind is AnchorKind.EXACT


def test_an_accent_that_stands_alone_is_no_word() -> None:
    assert SITES["acme"].classify("0\u00b4") == SITES["acme"].classify("0")


def test_brand_and_keyword_together_are_shown() -> None:
    both = SITES["acme"].classify("Acme Home boiler repair")
    assert (both.kind, both.flags) == (AnchorKind.PARTIAL, frozenset({AnchorFlag.BRAND_KEYWORD}))
    overlap = SITES["plumb"].classify("London Plumbers")
    assert (overlap.kind, overlap.flags) == (
        AnchorKind.BRANDED,
        frozenset({AnchorFlag.BRAND_KEYWORD}),
    )


def test_an_address_with_a_spam_word_is_an_address_and_flagged() -> None:
    found = SITES["acme"].classify("https://spam.example/online-casino")
    assert (found.kind, found.flags) == (AnchorKind.URL, frozenset({AnchorFlag.TOXIC}))


@pytest.mark.parametrize(
    "text",
    [
        "Essex",
        "Scunthorpe",
        "cocktail",
        "therapist",
        "analytics",
        "Sussex",
        "assess",
        "peacock",
        "Penistone",
        "Kumar",
        "Middlesex",
        "specialist",
        "socialist",
        "sextant",
        "Judi",
        "Montecassino",
        "Viagrande",
        "Togelius",
        "Wessex",
        "Cockburn",
    ],
)
def test_spam_words_count_only_as_whole_words(text: str) -> None:
    assert AnchorFlag.TOXIC not in SITES["acme"].classify(f"{text} advice").flags


def test_without_brands_and_keywords_only_the_general_rules_speak() -> None:
    nobody = Classifier()
    assert nobody.classify("Acme Home").kind is AnchorKind.OTHER
    assert nobody.classify("click here").kind is AnchorKind.GENERIC


def test_a_brand_of_one_or_two_letters_is_never_misspelt() -> None:
    short = Classifier(brands=["BP"], hosts=["bp.example"])
    assert short.classify("BP").kind is AnchorKind.BRANDED
    assert short.classify("BT").kind is AnchorKind.OTHER


def test_an_international_domain_names_its_brand() -> None:
    found = Classifier(hosts=["xn--mller-kva.de"]).classify("Müller Shop")
    assert found.kind is AnchorKind.BRANDED


@given(
    st.text(max_size=200) | st.text("acmeho &;\u200b.c🙂\u0430\u043e", max_size=40), st.booleans()
)
def test_any_text_has_one_class_and_always_the_same(text: str, image: bool) -> None:
    found = SITES["acme"].classify(text, image=image)
    assert found == SITES["acme"].classify(text, image=image)
    assert found.kind in AnchorKind
    assert (AnchorFlag.IMAGE in found.flags) == image


@given(st.sampled_from(["Acme Home", "boiler repair", "click here", "online casino"]), st.data())
def test_invisible_characters_change_nothing(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    hidden = data.draw(st.sampled_from("\u200b\u200d\u200e\u00ad\ufeff\u2060"))
    plain = SITES["acme"].classify(text)
    assert SITES["acme"].classify(text[:at] + hidden + text[at:]) == plain


def test_a_mixed_alphabet_is_read_as_it_looks() -> None:
    assert SITES["acme"].classify("Асme Hоme").kind is AnchorKind.BRANDED  # noqa: RUF001


@pytest.mark.parametrize(
    ("keyword", "language", "text"),
    [
        ("Photovoltaikanlage", "de", "Photovoltaik-Anlagen"),
        ("Photovoltaik Anlage", "de", "Photovoltaikanlagen"),
        ("elektrische fiets", "nl", "elektrische fietsen"),
        ("zegarek męski", "pl", "zegarki męskie"),
        ("عطور رجالية", "ar", "العطور الرجالية"),
        ("東京 賃貸", "ja", "東京の賃貸"),
    ],
)
def test_a_keyword_is_known_in_its_other_forms(keyword: str, language: str, text: str) -> None:
    known = Classifier(keywords=[keyword, "another matter"], languages=[language])
    assert known.classify(text).kind is AnchorKind.EXACT


def test_many_keywords_are_no_burden() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    keywords = [f"cheap {one}{two}ndle" for one in letters for two in letters]
    assert Classifier(keywords=keywords).classify("the cheap candles").word == "cheap candle"


@pytest.mark.parametrize(
    ("hosts", "keywords", "languages"),
    [
        (["acmehome.com"], ["boiler repair"], ("en",)),
        (["acmehome.com"], ["Schrank günstig kaufen"], ("de",)),
        (["acmehome.fr"], [], ("fr",)),
        (["acmehome.com"], ["кухни на заказ"], ("ru",)),
        (["acmehome.com"], [], ("en",)),
    ],
)
def test_languages_are_told_by_keywords_and_country(
    hosts: list[str], keywords: list[str], languages: tuple[str, ...]
) -> None:
    assert languages_of(hosts, [], keywords) == languages


@pytest.mark.parametrize(
    "text", ["Mr. London", "8 a.m. London", "node.js", "README.md", "ASP.NET", "the end. Paris"]
)
def test_a_dot_makes_no_address(text: str) -> None:
    assert SITES["acme"].classify(text).kind is not AnchorKind.URL
