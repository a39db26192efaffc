# ruff: noqa: RUF001 - Cyrillic and wide letters are meant
"""The words and marks by which people name amounts: currencies, for how long, with tax, for nothing; pure."""

from collections.abc import Mapping

from shared.currencies import MINOR_UNITS

_SIGNS = """
    €:EUR £:GBP ₹:INR ₽:RUB ₺:TRY ₴:UAH ₪:ILS ₩:KRW ₫:VND ฿:THB ₱:PHP ₦:NGN 円:JPY 元:CNY us$:USD a$:AUD
    au$:AUD c$:CAD ca$:CAD nz$:NZD hk$:HKD s$:SGD r$:BRL mx$:MXN $:USD ¥:JPY zł:PLN kč:CZK ft:HUF sfr:CHF
    fr:CHF rs:INR
"""
SIGNS: Mapping[str, str] = {
    sign: code for sign, _, code in (pair.partition(":") for pair in _SIGNS.split())
}
SHARED_SIGNS = frozenset(
    {"$", "¥", "fr", "rs", "kr", "kroner", "dollar", "dollars", "dólares", "pounds"}
)
"""What several currencies are called; it is taken for the most usual one, and said so."""

WORDS: Mapping[str, str] = {
    **dict.fromkeys(("euro", "euros", "eur", "euroa", "evro", "евро", "ευρώ"), "EUR"),
    **dict.fromkeys(("dollar", "dollars", "dólares", "bucks", "dolarów", "долларов"), "USD"),
    **dict.fromkeys(("pounds", "quid", "pfund", "livres", "libras", "sterline"), "GBP"),
    **dict.fromkeys(("franken", "francs", "stutz"), "CHF"),
    **dict.fromkeys(("zloty", "zlotys", "złotych", "złote", "złoty"), "PLN"),
    **dict.fromkeys(("kronor", "kr"), "SEK"),
    **dict.fromkeys(("kroner",), "DKK"),
    **dict.fromkeys(("korun", "koruny"), "CZK"),
    **dict.fromkeys(("rupees", "rupien"), "INR"),
    **dict.fromkeys(("reais", "real"), "BRL"),
    **dict.fromkeys(("рублей", "руб", "рубля"), "RUB"),
    **dict.fromkeys(("гривень", "грн"), "UAH"),
    **dict.fromkeys(("yen",), "JPY"),
    **dict.fromkeys(("forint",), "HUF"),
}
# Written in small letters, too; the other codes only in capitals, for some are words.
COMMON_CODES = (
    *("eur", "usd", "gbp", "chf", "pln", "sek", "nok", "dkk", "aud", "cad", "nzd", "jpy", "inr"),
    *("brl", "czk", "huf", "uah", "rub", "ils", "zar", "mxn", "sgd", "hkd", "cny", "krw", "idr"),
)
_ALSO_WORDS = "ALL AMD BAM BOB CDF COP CUP DOP GEL LAK MAD MOP PEN RON SAR SOS TOP TRY UYU XPF"
CODES_BEFORE = tuple(sorted(set(MINOR_UNITS) - set(_ALSO_WORDS.split())))
CODES_BEHIND = tuple(sorted(MINOR_UNITS))

YEARLY = (
    r"(?:per|a|each|every|/) ?(?:year|yr|annum)\b|\byearly|\bannual(?:ly)?\b|\bp\. ?a\.|\bpro jahr|\bim jahr|"
    r"/ ?jahr|\bjährlich|\bpar an\b|/ ?an\b|\bannuel|\bal año|/ ?año|\banual|\ball['’]anno|\bannu[io]|\bpor ano|"
    r"\brocznie|\bper jaar|/ ?rok|\bv god|в год|\bper år|\bom året"
)
MONTHLY = (
    r"(?:per|a|each|every|/) ?(?:month|mo)\b|\bmonthly|\bpro monat|\bim monat|/ ?monat|\bmonatlich|\bpar mois|"
    r"/ ?mois|\bmensuel|\bal mes\b|/ ?mes\b|\bmensual|\bal mese|\bpor mês|\bmiesięcznie|\bper maand|в месяц"
)
PLUS_TAX = (
    r"(?:\+|\bplus|\bzzgl\.?|\bexcl?\.?|\bexcluding|\bwithout|\bhors|\bmás|\bsin|\bpiù|\boltre|\bmais)"
    r" ?(?:de |la )?(?:vat|mwst|ust|tva|taxes?|iva|btw|moms|gst)\b|\bnetto\b|\bnet of vat|\bht\b"
)
FREE = (
    r"\bfor free\b|\bfree of (?:charge|cost)|\b(?:at )?no (?:extra )?(?:charge|cost|fee)\b|\bwithout charge|"
    r"\bcompletely free\b|\bkostenlos|\bkostenfrei|\bunentgeltlich|\bgratis\b|\bgratuit(?:e|es|ement)?\b|"
    r"\bgratuit[oa]\b|\bsin (?:coste?|cargo)\b|\bza darmo\b|\bbezpłatn|\bzdarma\b|бесплатно|\bücretsiz|無料"
)
NOT = r"\b(?:not|n['’]t|never|nicht|kein\w*|pas|jamais|no es|non|nunca|nie|нет|не|niet)(?:\s+[^\W\d]+){0,2}\s*$"
OR = r"(?:-|–|—|to|bis|und|and|or|oder|à|ou|et|a|y|e|do|до|–)"
