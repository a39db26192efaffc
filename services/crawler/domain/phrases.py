"""What pages say in many languages when there is nothing, a login or a domain for sale."""

# ruff: noqa: RUF001 - the letters of other languages are meant.

import re

NOT_FOUND = (
    # English
    *("page not found", "not found", "page cannot be found", "page can't be found"),
    *(
        "page could not be found",
        "page doesn't exist",
        "page does not exist",
        "no longer available",
    ),
    *("no longer exists", "nothing found", "nothing was found", "page isn't available"),
    *("page is gone", "has been removed", "has been deleted", "oops! that page"),
    # German, Dutch, Scandinavian
    *("nicht gefunden", "existiert nicht", "nicht mehr verfügbar", "nicht verfügbar"),
    *("niet gevonden", "bestaat niet", "hittades inte", "kunde inte hittas", "finns inte"),
    *("ikke fundet", "findes ikke", "ikke funnet", "finnes ikke", "sivua ei löytynyt", "ei löydy"),
    # French, Spanish, Portuguese, Italian, Romanian, Catalan
    *("introuvable", "page non trouvée", "n'existe pas", "n’existe pas", "plus disponible"),
    *("no encontrada", "no encontrado", "no existe", "no se encuentra", "ya no está disponible"),
    *("não encontrada", "não encontrado", "não existe", "não foi encontrada"),
    *("non trovata", "non trovato", "non esiste", "non è stata trovata"),
    *("nu a fost găsit", "nu a fost gasit", "nu există", "no s'ha trobat"),
    # Slavic and Baltic
    *("не найдена", "не найден", "не существует", "не знайдено", "не існує", "не е намерен"),
    *("nie znaleziono", "nie istnieje", "nie została znaleziona", "nenalezena", "nenalezeno"),
    *("neexistuje", "nenájdená", "nenašla", "ni najdena", "nije pronađena", "nerasta"),
    # Greek, Turkish, Hungarian
    *("δεν βρέθηκε", "bulunamadı", "mevcut değil", "nem található", "nem létezik"),
    # Hebrew, Arabic, Persian, Hindi
    *("לא נמצא", "אינו קיים", "غير موجود", "لم يتم العثور", "یافت نشد", "नहीं मिला"),
    # East and South-East Asia
    *("見つかりません", "見つかりませんでした", "存在しません", "找不到", "未找到", "不存在"),
    *("찾을 수 없", "존재하지 않", "ไม่พบ", "không tìm thấy", "không tồn tại", "tidak ditemukan"),
)
LOGIN = (
    *("log in", "login", "sign in", "signin", "log on", "anmelden", "einloggen", "inloggen"),
    *("connexion", "se connecter", "iniciar sesión", "entrar", "accedi", "zaloguj", "войти"),
    *("вход", "přihlášení", "logga in", "log ind", "giriş", "ログイン", "登录", "登入", "로그인"),
    *("members only", "subscribers only", "התחברות", "تسجيل الدخول"),
)
FOR_SALE = (
    *("domain is for sale", "domain may be for sale", "domain name is for sale", "buy this domain"),
    *("domain for sale", "is available for purchase", "parked free, courtesy of"),
    *("this domain is parked", "domain parking", "domain has expired", "this domain has expired"),
    *("diese domain steht zum verkauf", "domain kaufen", "diese domain kaufen"),
    *("ce domaine est à vendre", "dominio en venta", "este dominio está en venta"),
    *("dominio in vendita", "domena na sprzedaż", "domein is te koop", "домен продается"),
    *("домен продаётся", "此域名正在出售", "域名出售", "このドメインは販売中"),
)
PARKING_HOSTS = (
    *("uniregistry.com", "domainnamesales.com", "voodoo.com", "ztomy.com", "dsparking.com"),
    *("squadhelp.com", "brandbucket.com", "domainactive.co", "namebright.com", "buydomains.com"),
    *("parkingpage.namecheap.com", "parking-lander.com", "parked-content.godaddy.com"),
    *("sedoparking.com", "parkingcrew.net", "bodis.com", "parklogic.com", "above.com"),
    *("afternic.com", "hugedomains.com", "dan.com", "undeveloped.com", "domainmarket.com"),
    *("skenzo.com", "cashparking.com", "smartname.com", "sedo.com", "dynadot.com"),
)
# What parking services write into every page that they serve.
PARKING_MARKS = (
    *(b"data-adblockkey=", b"window.park =", b"parking-lander", b"sedoparking", b"parkingcrew"),
    *(b"d38psrni17bvxu.cloudfront.net", b"afternic.com/forsale", b'window.location.href="/lander"'),
    *(b"hugedomains.com/domain_profile", b"dan.com/buy-domain"),
)
OUT_OF_ORDER = (
    *("error establishing a database connection", "database error", "internal server error"),
    *("bad gateway", "gateway timeout", "gateway time-out", "service unavailable", "fatal error"),
    *("service temporarily unavailable", "there has been a critical error", "application error"),
    *("under maintenance", "undergoing maintenance", "maintenance mode", "down for maintenance"),
    *("scheduled maintenance", "site maintenance", "unavailable for scheduled", "be right back"),
    *("be back soon", "temporarily unavailable", "temporarily down", "bandwidth limit exceeded"),
    *("account suspended", "account has been suspended", "resource limit is reached"),
    *("welcome to nginx", "apache2 ubuntu default page", "apache2 debian default page"),
    *(
        "iis windows server",
        "test page for the",
        "default web site page",
        "web server's default page",
    ),
    *("wartungsarbeiten", "wartungsmodus", "vorübergehend nicht erreichbar", "onderhoud"),
    *("en maintenance", "maintenance en cours", "en mantenimiento", "em manutenção"),
    *("in manutenzione", "przerwa techniczna", "технические работы", "ведутся работы", "underhåll"),
    *("bakım", "メンテナンス中", "维护中", "維護中", "점검 중", "bảo trì"),
)
# Words around a number that is the name of the error.
ERROR_WORDS = frozenset(
    (
        *("error", "errors", "http", "status", "code", "oops", "page", "not", "found", "the", "-"),
        *("fehler", "seite", "fout", "fel", "feil", "fejl", "virhe", "erreur", "page:", "página"),
        *("errore", "erro", "pagina", "eroare", "ошибка", "страница", "помилка", "błąd", "chyba"),
        *("hata", "hiba", "σφάλμα", "שגיאה", "خطأ", "خطا", "エラー", "错误", "錯誤", "오류", "lỗi"),
    )
)
# All that an empty frame may show while it waits for its scripts.
LOADING = re.compile(
    r"(?:(?:please wait|loading|lade|wird geladen|chargement|cargando|carregando|caricamento"
    r"|laden|ładowanie|загрузка|yükleniyor|読み込み中|加载中|載入中|로딩)[\s.…!]*)*",
    re.IGNORECASE,
)
NEEDS_SCRIPTS = re.compile(
    r"(?:enable|activate|turn on) java ?script"
    r"|java ?script (?:is|must be) (?:required|disabled|enabled)"
    r"|(?:requires|without|needs) java ?script|javascript aktivieren|activer javascript"
    r"|habilitar javascript"
    r"|включите javascript|javascript を有効|启用 ?javascript",
    re.IGNORECASE,
)


def says(text: str, phrases: tuple[str, ...]) -> bool:
    """Return whether one of the phrases occurs in the text, whatever its case."""
    lowered = text.lower()
    return any(phrase in lowered for phrase in phrases)
