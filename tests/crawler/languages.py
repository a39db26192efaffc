"""Sentences in the languages of the world, and the encodings that their pages were written in."""

# ruff: noqa: RUF001 - the letters of other languages are meant.

from services.crawler.domain.charsets import CODECS

SENTENCES = {
    "pl": "Sprawdź nasze usługi księgowe dla małych firm w Łodzi, zażółć gęślą jaźń",
    "cs": "Nejlepší průvodce českými městy a výlety: příliš žluťoučký kůň úpěl ďábelské ódy",
    "hu": "A legjobb ajánlatok külföldi utazásokhoz, árvíztűrő tükörfúrógép és más szavak",
    "ru": "Подробнее о наших услугах для малого бизнеса читайте на странице компании",
    "uk": "Детальніше про наші послуги для малого бізнесу читайте на сторінці компанії",
    "bg": "Прочетете повече за нашите услуги за малкия бизнес на страницата на фирмата",
    "fr": "L’été dernier, la société a créé un site très élégant où l’on réserve à côté de la forêt",
    "de": "Die größten Bäume stehen über dem Fluß, und die Häuser sind für müde Gäste geöffnet",
    "es": "El año pasado la compañía abrió una página con más información según los señores",
    "el": "Διαβάστε περισσότερα για τις υπηρεσίες μας στη σελίδα της εταιρείας",
    "tr": "Şirketimizin küçük işletmeler için sunduğu hizmetler hakkında daha fazla bilgi",
    "he": "קראו עוד על השירותים שלנו לעסקים קטנים בדף החברה",
    "ar": "اقرأ المزيد عن خدماتنا للشركات الصغيرة على صفحة الشركة",
    "lt": "Daugiau apie mūsų paslaugas mažoms įmonėms skaitykite bendrovės puslapyje",
    "lv": "Vairāk par mūsu pakalpojumiem mazajiem uzņēmumiem lasiet uzņēmuma lapā",
    "th": "อ่านเพิ่มเติมเกี่ยวกับบริการของเราสำหรับธุรกิจขนาดเล็กได้ที่หน้าเว็บของบริษัท",
    "ja": "小さな会社のためのサービスについては、会社のページをお読みください",
    "zh": "请在公司网页上阅读更多关于我们为小企业提供的服务的信息",
    "zh-tw": "請在公司網頁上閱讀更多關於我們為小企業提供的服務的資訊",
    "ko": "소기업을 위한 서비스에 대한 자세한 내용은 회사 페이지에서 읽어 보십시오",
}
ENCODINGS = {
    **dict.fromkeys(("pl", "cs", "hu"), ("windows-1250", "iso-8859-2")),
    "ru": ("windows-1251", "koi8-r", "iso-8859-5", "ibm866"),
    "uk": ("windows-1251", "koi8-u"),
    "bg": ("windows-1251",),
    **dict.fromkeys(("fr", "de", "es"), ("windows-1252",)),
    "el": ("windows-1253", "iso-8859-7"),
    "tr": ("windows-1254",),
    "he": ("windows-1255",),
    "ar": ("windows-1256",),
    **dict.fromkeys(("lt", "lv"), ("windows-1257",)),
    "th": ("windows-874",),
    "ja": ("shift_jis", "euc-jp", "iso-2022-jp"),
    "zh": ("gbk", "gb18030"),
    "zh-tw": ("big5",),
    "ko": ("euc-kr",),
}
CASES = [(language, charset) for language, names in ENCODINGS.items() for charset in names]


def page_in(language: str, charset: str, *, head: str = "", attributes: str = "") -> bytes:
    """Return a short page whose one link says the sentence of a language."""
    sentence = SENTENCES[language]
    html = f"<html{attributes}><head>{head}</head><p>{sentence}</p><p><a href=x>{sentence}</a>"
    return html.encode(CODECS[charset] if charset != "koi8-u" else "koi8_u")
