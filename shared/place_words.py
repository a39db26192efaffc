"""What people read in place of codes of languages and countries, and of names of platforms."""

UNKNOWN = "Unknown"


def _table(text: str) -> dict[str, str]:
    pairs = (pair.partition(" ") for pair in text.split("; "))
    return {code: name for code, _, name in pairs}


_LANGUAGES = _table(
    "ar Arabic; bg Bulgarian; bn Bengali; bs Bosnian; ca Catalan; cs Czech; da Danish; "
    "de German; el Greek; en English; es Spanish; et Estonian; eu Basque; fa Persian; "
    "fi Finnish; fr French; ga Irish; gl Galician; he Hebrew; hi Hindi; hr Croatian; "
    "hu Hungarian; hy Armenian; id Indonesian; is Icelandic; it Italian; ja Japanese; "
    "ka Georgian; kk Kazakh; ko Korean; lt Lithuanian; lv Latvian; mk Macedonian; ms Malay; "
    "nb Norwegian; nl Dutch; nn Norwegian (Nynorsk); no Norwegian; pl Polish; pt Portuguese; "
    "ro Romanian; ru Russian; sk Slovak; sl Slovenian; sq Albanian; sr Serbian; sv Swedish; "
    "sw Swahili; ta Tamil; th Thai; tl Tagalog; tr Turkish; uk Ukrainian; ur Urdu; uz Uzbek; "
    "vi Vietnamese; zh Chinese"
)
_COUNTRIES = _table(
    "ae United Arab Emirates; ar Argentina; at Austria; au Australia; "
    "ba Bosnia and Herzegovina; bd Bangladesh; be Belgium; bg Bulgaria; br Brazil; "
    "by Belarus; ca Canada; ch Switzerland; cl Chile; cn China; cr Costa Rica; cy Cyprus; "
    "cz Czechia; de Germany; dk Denmark; dz Algeria; ec Ecuador; ee Estonia; eg Egypt; "
    "es Spain; fi Finland; fr France; gb United Kingdom; ge Georgia; gh Ghana; gr Greece; "
    "hk Hong Kong; hr Croatia; hu Hungary; id Indonesia; ie Ireland; il Israel; in India; "
    "ir Iran; is Iceland; it Italy; jp Japan; ke Kenya; kr South Korea; kz Kazakhstan; "
    "lk Sri Lanka; lt Lithuania; lu Luxembourg; lv Latvia; ma Morocco; md Moldova; "
    "mk North Macedonia; mt Malta; mx Mexico; my Malaysia; ng Nigeria; nl Netherlands; "
    "no Norway; nz New Zealand; pe Peru; ph Philippines; pk Pakistan; pl Poland; "
    "pt Portugal; py Paraguay; qa Qatar; ro Romania; rs Serbia; ru Russia; sa Saudi Arabia; "
    "se Sweden; sg Singapore; si Slovenia; sk Slovakia; th Thailand; tn Tunisia; tr Türkiye; "
    "tw Taiwan; ua Ukraine; us United States; uy Uruguay; uz Uzbekistan; ve Venezuela; "
    "vn Vietnam; za South Africa"
)
_PLATFORMS = _table(
    "wordpress WordPress; phpbb phpBB; vbulletin vBulletin; xenforo XenForo; "
    "mediawiki MediaWiki; typo3 TYPO3; github GitHub; opencart OpenCart; "
    "prestashop PrestaShop; bigcommerce BigCommerce; hubspot HubSpot"
)


def language(code: str) -> str:
    """Return the name of a language; of one we have no name for, its code as people write it."""
    return UNKNOWN if code == "unknown" else _LANGUAGES.get(code, f"Language {code}")


def country(code: str) -> str:
    """Return the name of a country."""
    return UNKNOWN if code == "unknown" else _COUNTRIES.get(code, f"Country {code.upper()}")


def platform(name: str) -> str:
    """Return how a platform writes its own name."""
    return UNKNOWN if name == "unknown" else _PLATFORMS.get(name, name.capitalize())
