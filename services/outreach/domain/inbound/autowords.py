# ruff: noqa: RUF001 - Cyrillic, Greek and wide letters are meant
"""How automatic replies are worded, in 20 languages and in small letters; by what they say."""

from services.outreach.domain.inbound.lists import words

# A subject that begins so, before a colon or alone, was written by a program.
SUBJECTS_AWAY = words(
    """
    automatic reply | auto reply | auto-reply | autoreply | auto response | auto-response |
    autoresponse | autoresponder | automated reply | automated response | auto: | [auto-reply] |
    [autoreply] | out of office | out of the office | out-of-office | ooo: | away from my mail |
    away notice | vacation reply | vacation notice | on vacation | absence notice |
    automatische antwort | abwesenheit | abwesenheitsnotiz | abwesenheitsnachricht | abwesend |
    nicht im büro | urlaub: | urlaubsvertretung | réponse automatique | reponse automatique |
    absence du bureau | message d'absence | absent du bureau | absence : | absence: |
    respuesta automática | respuesta automatica | fuera de la oficina | fuera de oficina |
    ausencia de la oficina | ausente: | risposta automatica | fuori sede | fuori ufficio |
    assenza dall'ufficio | resposta automática | resposta automatica | fora do escritório |
    ausência temporária | ausente do escritório | automatisch antwoord | afwezigheid | afwezig: |
    niet op kantoor | automatische beantwoording | odpowiedź automatyczna | automatyczna odpowiedź |
    autoodpowiedź | nieobecność | poza biurem | autosvar | automatiskt svar | automatisk svar |
    frånvaro | frånvarande | fravær | fraværende | ikke på kontoret | automatisk besvarelse |
    automaattinen vastaus | poissa | poissaoloilmoitus | автоответ | автоматический ответ |
    вне офиса | отсутствую | автоматична відповідь | автовідповідь | automatická odpověď |
    mimo kancelář | automatikus válasz | házon kívül | răspuns automat | otomatik yanıt |
    otomatik cevap | ofis dışında | αυτόματη απάντηση | automatski odgovor | samodejni odgovor |
    автоматичен отговор | balasan otomatis | trả lời tự động | 自动回复 | 自動回覆 | 自動回复 | 自动答复 | 不在 |
    外出中 | 自動返信 | 自動応答 | 不在通知 | 不在連絡 | 부재중 | 자동 회신 | 자동 응답 | תשובה אוטומטית | رد تلقائي |
    الرد التلقائي
    """
)

AWAY = words(
    """
    i am away | i'm away | away until | out until | i am currently out | away. back |
    out of the office | out of office | away from the office | away from my desk |
    away from my email | away on business | on vacation | on holiday | on annual leave | on leave |
    on maternity leave | on parental leave | on sick leave | on paternity leave | currently away |
    currently traveling | currently travelling | traveling for work | limited access to email |
    limited access to my email | no access to email | intermittent access | limited email access |
    not in the office | will be back | back in the office | upon my return | when i return |
    on my return | return to the office | nicht im büro | nicht im haus | außer haus | im urlaub |
    abwesend | in elternzeit | nicht erreichbar | nach meiner rückkehr | bin ich wieder |
    wieder für sie da | absent du bureau | absente du bureau | en congés | en congé | en vacances |
    actuellement absent | je serai absent | je suis absent | à mon retour | de retour le |
    fuera de la oficina | de vacaciones | estoy ausente | estaré ausente | estaré fuera |
    a mi regreso | a mi vuelta | fuori ufficio | fuori sede | in ferie | sono assente |
    sarò assente | al mio rientro | in vacanza | fora do escritório | de férias | estou ausente |
    estarei ausente | no meu regresso | no meu retorno | niet op kantoor | niet aanwezig |
    met vakantie | op vakantie | afwezig | bij terugkomst | beperkt bereikbaar | poza biurem |
    na urlopie | jestem nieobecn | będę nieobecn | po powrocie | på semester | inte på kontoret |
    åter på kontoret | på ferie | ikke på kontoret | fraværende | frånvarande | tillbaka den |
    lomalla | en ole toimistolla | poissa toimistolta | в отпуске | вне офиса | отсутствую |
    отсутствовать | у відпустці | поза офісом | na dovolené | mimo kancelář | szabadságon |
    házon kívül | în concediu | tatilde | izinde | ofis dışında | σε άδεια | εκτός γραφείου |
    na odmoru | na dopustu | 不在にして | 休暇 | 外出して | 夏季休業 | 年末年始 | 休假 | 不在办公室 | 不在辦公室 | 出差 | 휴가 | 부재중 |
    חופשה | خارج المكتب | إجازة
    """
)

GONE = words(
    """
    no longer with the company | no longer with us | no longer works | no longer work at |
    no longer work for | no longer employed | no longer at | no longer part of |
    is no longer working | am no longer working | am no longer with | is no longer with |
    has left the company | have left the company | has left our | left the organization |
    left the organisation | has retired | have retired | am retired | i retired | retired from |
    no longer monitored | not monitored | no longer in use | no longer active |
    no longer being used | no longer using this | no longer use this | no longer checked |
    mailbox is unattended | mailbox is closed | mailbox no longer available | mailbox is no longer |
    inbox is not monitored | account is no longer | address is no longer | nicht mehr für |
    nicht mehr im unternehmen | nicht mehr tätig | nicht mehr bei | hat das unternehmen verlassen |
    nicht mehr gelesen | wird nicht mehr | im ruhestand | ne travaille plus | n'est plus en poste |
    a quitté la société | a quitté l'entreprise | ne fait plus partie | n'est plus utilisée |
    n'est plus valide | plus consultée | à la retraite | ya no trabaja | ya no forma parte |
    ha dejado la empresa | ya no está en la empresa | ya no se utiliza | jubilado | non lavora più |
    non fa più parte | ha lasciato l'azienda | non è più attiv | non è più in uso | in pensione |
    não trabalha mais | já não trabalha | não faz mais parte | deixou a empresa | não está mais |
    não é mais monitorad | aposentado | niet meer werkzaam | werkt niet meer |
    niet langer werkzaam | niet meer in gebruik | met pensioen | nie pracuje już | już nie pracuje |
    nie jest już pracownikiem | skrzynka nie jest już | arbetar inte längre | jobbar inte längre |
    slutat på | arbejder ikke længere | jobber ikke lenger | er sluttet | används inte längre |
    ei työskentele enää | больше не работает | не работает в | уволил | більше не працює |
    již nepracuje | már nem dolgozik | nu mai lucrează | artık çalışmamaktadır | 退職 | 退社 | 離職 | 离职 |
    已离职 | 퇴사
    """
)

ADDRESS_CHANGED = words(
    """
    my new email address | my new e-mail address | our new email address | our new e-mail address |
    new email address is | new e-mail address is | email address has changed |
    e-mail address has changed | address has changed | changed my email | changed my e-mail |
    use my new | please use the new address | update your address book | update your records |
    update your contacts | neue e-mail-adresse | neue mailadresse | neue emailadresse |
    e-mail-adresse hat sich geändert | nouvelle adresse | changé d'adresse | nueva dirección |
    cambiado de correo | nuevo correo | nuovo indirizzo | cambiato indirizzo | novo endereço |
    novo e-mail | nieuw e-mailadres | nieuwe e-mailadres | nowy adres | ny e-postadress |
    ny e-mailadresse | ny mailadresse | новый адрес | nová adresa | új e-mail | yeni e-posta |
    メールアドレスが変 | アドレスを変更 | 新しいメールアドレス | 新邮箱 | 新的邮箱
    """
)

CHALLENGE = words(
    """
    confirm that you are human | confirm you are human | verify that you are human |
    verify you are human | prove you are human | not a robot | verify your email to deliver |
    message is waiting for your verification | to deliver your message |
    to have your message delivered | approve your message | click the link below to deliver |
    click here to verify | confirm your message | confirmation is required | requires confirmation |
    confirm the delivery | complete this verification | spamarrest | spam arrest | boxbe |
    challenge/response | sender verification | added to my approved | guest list | bluebottle |
    bestätigen sie, dass sie | confirmer que vous êtes | confirme que es | confirmar que você |
    potwierdź, że
    """
)

RECEIVED = words(
    """
    we have received your | we've received your | i have received your |
    your message has been received | your email has been received | your request has been received |
    your enquiry has been received | your inquiry has been received | has been received and |
    thank you for contacting | thanks for contacting | thank you for reaching out to |
    thanks for reaching out to | thank you for getting in touch | thank you for your enquiry |
    thank you for your inquiry | will get back to you | get back to you as soon as |
    respond to you as soon as | will respond within | reply within | within 24 hours |
    within 48 hours | within two business days | ticket number | ticket id | case number |
    reference number | support request | a ticket has been | ticket has been created |
    this is an automated | this is an automatic | this email was sent automatically |
    do not reply to this | please do not reply | automatically generated | auto-generated |
    ihre anfrage ist | ihre nachricht erhalten | vielen dank für ihre nachricht |
    vielen dank für ihre anfrage | haben ihre e-mail erhalten | automatisch generiert |
    automatisch erstellt | bien reçu votre | votre demande a bien | votre message a bien |
    accusons réception | accuse de réception | message automatique | envoyé automatiquement |
    hemos recibido su | hemos recibido tu | su mensaje ha sido recibido | gracias por contactar |
    gracias por ponerse en contacto | mensaje automático | abbiamo ricevuto la |
    grazie per averci contattato | messaggio automatico | recebemos sua | recebemos o seu |
    recebemos a sua | obrigado por entrar em contato | mensagem automática | wij hebben uw |
    we hebben je bericht | bedankt voor uw bericht | automatisch bericht | dziękujemy za kontakt |
    otrzymaliśmy | wiadomość wygenerowana automatycznie | vi har mottagit | vi har mottatt |
    vi har modtaget | tack för ditt | takk for din | tak for din | olemme vastaanottaneet |
    мы получили ваше | ваше обращение | ваша заявка | автоматическое | お問い合わせいただき | お問い合わせありがとう |
    自動送信 | 自動配信 | 受け付けました | 已收到 | 感谢您的来信 | 系统自动 | 自动发送 | 자동으로 발송
    """
)

# What machines write and people do not; two of these, or one beside a weak header, are enough.
MACHINE = words(
    """
    this is an automated | this is an automatic | automated response | automatic response |
    automatic reply | auto-reply | autoreply | automated message | this mailbox is not monitored |
    mailbox is no longer | mailbox no longer | please do not reply | do not reply to this |
    automatically generated | automatisch generiert | automatische antwort | réponse automatique |
    message automatique | respuesta automática | mensaje automático | risposta automatica |
    messaggio automatico | resposta automática | mensagem automática | automatisch antwoord |
    automatisch gegenereerd | wiadomość automatyczna | automatyczna odpowiedź | autosvar |
    автоматический ответ | 自動返信 | 自動送信 | 自动回复
    """
)

OPENERS_AWAY = words(
    """
    thank you for your email | thanks for your email | thank you for your message |
    thanks for your message | thank you for your mail | for urgent matters | for urgent issues |
    if your matter is urgent | if it is urgent | if urgent | in urgent cases |
    for immediate assistance | need immediate assistance | in my absence | during this time |
    during my absence | vielen dank für ihre nachricht | vielen dank für ihre e-mail |
    in dringenden fällen | meine vertretung | ihre e-mail wird nicht | nicht weitergeleitet |
    merci pour votre message | je vous remercie de votre message | en cas d'urgence |
    pendant mon absence | en mon absence | gracias por su mensaje | gracias por tu mensaje |
    en caso de urgencia | para asuntos urgentes | durante mi ausencia | grazie per la tua |
    in caso di urgenza | per urgenze | obrigado pelo seu | em caso de urgência | assuntos urgentes |
    bedankt voor uw | bij dringende | voor dringende | dziękuję za wiadomość | w pilnych sprawach |
    tack för ditt | vid brådskande | takk for din | tak for din | в срочных случаях |
    по срочным вопросам | 緊急の場合 | お急ぎの | 如有急事 | 如有紧急
    """
)
