# ruff: noqa: RUF001 - Cyrillic, Greek and wide letters are meant
"""How mail programs mark a quoted mail and a signature, in more than 20 languages; as regular expressions."""

from services.outreach.domain.inbound.lists import alternatives

WROTE = alternatives(
    r"""
    wrote | writes | schrieb | schreibt | a écrit | a ecrit | escribió | escribio | escribe | ha scritto |
    scrive | escreveu | schreef | geschreven | napisał | napisała | pisze | skrev | skrifaði | kirjoitti |
    написал | написала | пишет | написав | пише | написа | napsal | napsala | napísal | írta | a scris |
    scrie | yazdı | şunları yazdı | έγραψε | je napisao | napisao | je napisal | rašė | rakstīja | đã viết |
    menulis | כתב | كتب | のメール | さんは書きました | 写道 | 寫道 | 寫 | 님이 작성
    """
)

# The first word of "On Monday, Ann wrote:".
ATTRIBUTION_BEGINS = alternatives(
    r"""
    on | am | le | el | il | em | op | w dniu | dnia | den | på | ti | pe | dne | dňa | în | în data | на |
    пн | вт | ср | чт | пт | сб | вс | у | vào | pada | tarihinde | στις | u | dana | a\(z\) | \d{4}[-/.年] |
    \d{1,2}[-/. ] | mon\w*,?\s | tue\w*,?\s | wed\w*,?\s | thu\w*,?\s | fri\w*,?\s | sat\w*,?\s | sun\w*,?\s | pon\. | wt\. | śr\. | czw\. | pt\. | sob\. |
    niedz\. | [\w.'-]+(?:\s[\w.'-]+){0,4}\s*<?[\w.+-]+@
    """
)

# Behind a row of dashes.
ORIGINAL_MESSAGE = alternatives(
    r"""
    original message | original appointment | forwarded message | forwarded by | reply message |
    ursprüngliche nachricht | originalnachricht | weitergeleitete nachricht | message d'origine |
    message transféré | message original | mensaje original | mensaje reenviado | messaggio originale |
    messaggio inoltrato | mensagem original | mensagem encaminhada | oorspronkelijk bericht |
    doorgestuurd bericht | wiadomość oryginalna | wiadomość pierwotna | oryginalna wiadomość |
    ursprungligt meddelande | originalmeddelande | oprindelig meddelelse | opprinnelig melding |
    alkuperäinen viesti | исходное сообщение | пересылаемое сообщение | оригінальне повідомлення |
    původní zpráva | původní e-mail | eredeti üzenet | mesaj original | orijinal ileti | özgün ileti |
    αρχικό μήνυμα | 元のメッセージ | 原始邮件 | 邮件原件 | 原始郵件 | 원본 메시지 | הודעה מקורית
    """
)
FORWARDED = alternatives(
    r"""
    begin forwarded message: | anfang der weitergeleiteten | début du message réexpédié |
    inicio del mensaje reenviado | inizio messaggio inoltrato | \#\#-.*-\#\# | please reply above this line
    """
)

# The fields that Outlook puts above the mail that it quotes.
FROM_FIELD = alternatives(
    r"""
    from | von | de | da | van | od | från | fra | lähettäjä | от | від | feladó | odesílatel | kimden |
    από | expéditeur | remitente | 差出人 | 发件人 | 寄件者 | 보낸 사람 | 발신 | מאת | من
    """
)
OTHER_FIELD = alternatives(
    r"""
    sent | date | to | subject | gesendet | datum | an | betreff | envoyé | envoyé le | à | objet | enviado |
    enviado el | fecha | para | asunto | inviato | data | oggetto | a | verzonden | aan | onderwerp |
    wysłano | do | temat | skickat | till | ämne | sendt | til | emne | dato | lähetetty | päivä | aihe |
    vastaanottaja | отправлено | дата | кому | тема | надіслано | elküldve | címzett | tárgy | odesláno |
    komu | předmět | gönderme | gönderilen | tarih | kime | konu | ημερομηνία | 送信日時 | 宛先 | 件名 |
    日付 | 发送时间 | 收件人 | 主题 | 日期 | 收件者 | 主旨 | 보낸 날짜 | 받는 사람 | 제목 | تاريخ
    """
)

SENT_FROM = alternatives(
    r"""
    sent from my | sent from mail | sent from outlook | sent from yahoo | sent from samsung | sent from the all | sent via | get outlook for |
    von meinem \w+ gesendet | gesendet von | gesendet mit | envoyé de mon | envoyé de l | envoyé depuis |
    enviado desde mi | enviado de mi | enviado do meu | inviato da | verzonden vanaf | verzonden met | verzonden vanuit | verzonden via | verstuurd vanaf |
    wysłane z | skickat från | sendt fra | lähetetty | отправлено с | отправлено из | надіслано з | odesláno z |
    iphone'umdan | iphoneから送信 | 发自我的 | 從我的 | 나의 iphone
    """
)
