# ruff: noqa: RUF001 - Cyrillic and wide letters are meant
"""How people say yes, no, later and the rest about a link, in eleven languages and in small letters."""

from services.outreach.domain.inbound.lists import words
from services.outreach.domain.inbound.verdict import Intent

# The wish to be left alone. In a longer letter only the first lines are looked at.
LEAVE_ME = words(
    """
    unsubscribe me | please unsubscribe | unsubscribe us | i want to unsubscribe |
    i wish to unsubscribe | i would like to unsubscribe | opt me out | opt out please | please opt |
    opt-out | remove me | remove us from | remove my email | remove my address | remove my name |
    remove this email | remove this address | please remove | take me off | take us off |
    take my email off | delete my email | delete my address | delete my data | stop emailing |
    stop e-mailing | stop mailing | stop contacting | stop writing | stop sending | stop spamming |
    cease and desist | cease all | cease contacting | do not contact | don't contact |
    do not email | don't email | do not e-mail | don't write me | do not write to | never contact |
    never email | no more emails | no more mails | no further emails | no further contact |
    not contact me again | not contact us again | not email me again | leave me alone |
    quit emailing | do not wish to receive | don't want to receive | abmelden | bitte austragen |
    austragen | aus ihrem verteiler | aus dem verteiler | aus ihrer liste | keine weiteren e-mails |
    keine weiteren mails | keine mails mehr | keine e-mails mehr | nicht mehr anschreiben |
    nicht mehr kontaktieren | kontaktieren sie mich nicht | löschen sie meine | daten löschen |
    keine werbung | me désabonner | désabonnez | désinscrire | désinscrivez | me desinscrire |
    retirez-moi | retirer mon adresse | supprimez mon adresse | supprimer mon adresse |
    ne plus recevoir | ne me contactez plus | ne plus me contacter | cessez de | arrêtez de m |
    darme de baja | dame de baja | dar de baja | denme de baja | baja de su lista | elimine mi |
    eliminen mi | eliminar mi correo | borre mi | no me escriba | no me contacten | no me contacte |
    no vuelva a escribir | dejen de escribir | no deseo recibir | no quiero recibir | cancellami |
    cancellatemi | disiscrivi | disiscrivere | rimuovimi | rimuovetemi | rimuovere il mio |
    non contattatemi | non contattarmi | non scrivetemi più | non desidero ricevere |
    non voglio ricevere | smettete di | descadastrar | descadastre | me remova | remova-me |
    remover meu | remova meu | retire meu | não me contate | não entrem em contato | parem de |
    não desejo receber | não quero receber | cancelar a subscrição | uitschrijven |
    schrijf mij uit | afmelden | meld mij af | verwijder mij | verwijder mijn | uit uw lijst |
    niet meer mailen | geen mails meer | geen e-mails meer | niet meer benaderen | wypisać |
    wypisz mnie | proszę o usunięcie | usuń mnie | usuńcie | proszę nie pisać | nie kontaktować |
    proszę o wypisanie | nie życzę sobie | avregistrera | avsluta prenumeration | ta bort mig |
    ta bort min | sluta mejla | sluta skicka | kontakta mig inte | inga fler mejl | afmeld |
    fjern mig | meld meg av | fjern meg | отпишите | отписаться | удалите мой | удалите меня |
    не пишите | прекратите | больше не присылайте | 配信停止 | 配信を停止 | 送らないで | 連絡しないで | 退訂 | 退订 | 取消订阅 |
    不要再发 | 别再发
    """
)

# Letters of one word, or two.
LEAVE_ME_ALONE = frozenset(
    words(
        """
        abbestellen | abmelden | afmelden | avregistrera | baja | cancelar | cancella | desabonner |
        descadastrar | disiscrivimi | désabonner | désinscription | no | no more | opt out |
        opt-out | optout | please stop | remove | remover | stop | stop it | stop please | stopp |
        uitschrijven | unsubscribe | wypisz | отписать | отписка | 退订 | 配信停止
        """
    )
)

# In the order in which they are asked: "not interested" before "interested".
INTENTS: tuple[tuple[Intent, tuple[str, ...]], ...] = (
    (
        Intent.ALREADY_LINKED,
        words(
            """
            already link | already linking | already have a link | already linked |
            link is already | already added | already included | already in the article |
            have added the link | have added your link | i've added your | i added your link |
            added the link | added a link | link is live | link is now live | it's live |
            is now live | we've added | just added your | just published | has been published |
            bereits verlinkt | schon verlinkt | link ist gesetzt | link ist online |
            habe den link eingefügt | haben den link eingefügt | link eingebaut | ist jetzt online |
            déjà un lien | lien est en ligne | lien a été ajouté | ai ajouté le lien |
            avons ajouté | est en ligne | ya enlazamos | ya está enlazado | he añadido el enlace |
            hemos añadido | enlace añadido | enlace ya está | già linkato | ho aggiunto il link |
            abbiamo inserito | link è online | già presente | já está linkado | adicionei o link |
            adicionamos | link já está | link is geplaatst | link toegevoegd | al gelinkt |
            dodałem link | dodaliśmy | link został dodany | länken är | lagt till länken |
            har lagt til | tilføjet linket | добавили ссылку | добавил ссылку | ссылка уже |
            リンクを追加 | 掲載しました | 已经添加 | 已添加链接
            """
        ),
    ),
    (
        Intent.WRONG_PERSON,
        words(
            """
            wrong person | not the right person | not the best person | not the correct person |
            not the person | i am not responsible | i'm not responsible | don't handle |
            do not handle | not in charge | no longer in charge | no longer handle |
            no longer work | don't work here | not my department | not my area | please contact |
            please reach out to | please email | please write to | you should contact |
            you should talk to | you'd need to speak | you will need to contact | best to contact |
            get in touch with our | forwarded your | forwarding your | forwarded this to |
            forwarding this to | passed your email | passing this on | passed this on |
            passed it on | cc'ing | ccing | looping in | copying in | copied in |
            adding my colleague | i have cc | i've cc | nicht zuständig | falsche ansprechpartner |
            nicht der richtige | nicht die richtige | bin nicht der | wenden sie sich |
            bitte kontaktieren sie | weitergeleitet | leite ihre | leite sie weiter |
            zuständig ist | ansprechpartner ist | pas la bonne personne | ne suis pas responsable |
            ne m'occupe pas | veuillez contacter | adressez-vous | transmis votre | je transmets |
            je transfère | no soy la persona | persona equivocada | no me encargo | contacte con |
            póngase en contacto | he reenviado | reenvío tu | reenvío su | non sono la persona |
            persona sbagliata | non me ne occupo | non mi occupo | contatti il | contattare il |
            contatta il | ho inoltrato | inoltro la | não sou a pessoa | pessoa errada |
            não sou responsável | entre em contato com | encaminhei | encaminho |
            niet de juiste persoon | verkeerde persoon | niet verantwoordelijk |
            neem contact op met | doorgestuurd | stuur ik door | nie jestem właściwą |
            nie zajmuję się | niewłaściwa osoba | proszę o kontakt z | proszę się kontaktować |
            przekazałem | przekazuję | fel person | inte rätt person | ansvarar inte |
            kontakta istället | vidarebefordrat | vidarebefordrar | forkert person | videresendt |
            feil person | не занимаюсь | не тот человек | обратитесь к | свяжитесь с | 担当ではありません |
            担当者に | 担当に転送 | 不是负责 | 请联系
            """
        ),
    ),
    (
        Intent.NOT_INTERESTED,
        words(
            """
            not interested | no interest | isn't interested | aren't interested |
            wouldn't be interested | no thanks | no thank you | no, thanks | no, thank you |
            not a good fit | not a fit | isn't a fit | not the right fit | not a match |
            we'll pass | we will pass | i'll pass | i will pass | gonna pass | have to decline |
            must decline | politely decline | respectfully decline | decline your | we decline |
            don't accept guest | do not accept guest | don't accept sponsored |
            do not accept sponsored | don't add links | do not add links | don't sell links |
            do not sell links | don't do link | do not do link | don't exchange links |
            do not exchange | not accepting | not looking for | not able to add | unable to add |
            can't add | cannot add | we don't link | we do not link | against our policy |
            not our policy | no longer accept | not something we | kein interesse |
            nicht interessiert | nein danke | nein, danke | müssen wir ablehnen |
            muss ich ablehnen | lehnen wir ab | lehne ich ab | nehmen keine | akzeptieren keine |
            veröffentlichen keine gast | setzen keine links | passt nicht zu | kommt für uns nicht |
            pas intéress | ne sommes pas intéressés | non merci | pas d'intérêt |
            nous n'acceptons pas | nous ne publions pas | nous ne faisons pas | décliner | décline |
            ne souhaitons pas | ne souhaite pas | no estoy interesad | no estamos interesad |
            no nos interesa | no me interesa | no, gracias | no gracias | no aceptamos |
            no publicamos | declinar | rechazar | non sono interessat | non siamo interessat |
            non ci interessa | non mi interessa | no grazie | no, grazie | non accettiamo |
            non pubblichiamo | declinare | não tenho interesse | não temos interesse |
            não estou interessad | não estamos interessad | não, obrigad | não aceitamos |
            não publicamos | geen interesse | niet geïnteresseerd | nee bedankt | nee, bedankt |
            nee dank | plaatsen geen | accepteren geen | nie jestem zainteresowan |
            nie jesteśmy zainteresowan | brak zainteresowania | nie, dziękuję | dziękuję, nie |
            nie przyjmujemy | nie publikujemy | inte intresserad | nej tack | tar inte emot |
            ikke interesseret | ikke interessert | nei takk | nej tak | не интересно |
            не интересует | не заинтересован | нет, спасибо | не размещаем | 興味がありません | 興味はありません |
            お断り | 遠慮 | 不感兴趣 | 没有兴趣 | 不需要
            """
        ),
    ),
    (
        Intent.NOT_NOW,
        words(
            """
            not right now | not at this time | not at the moment | not currently | maybe later |
            perhaps later | later this year | next year | next quarter | next month |
            in a few months | in a few weeks | circle back | check back | get back to me in |
            reach out again in | try again in | contact me again in | contact us again in |
            follow up in | too busy right | busy at the moment | swamped | bad timing |
            timing isn't | on hold for now | revisit this | keep you in mind | keep it in mind |
            keep this in mind | momentan nicht | derzeit nicht | zurzeit nicht | zur zeit nicht |
            im moment nicht | aktuell nicht | vielleicht später | später noch einmal |
            nächstes jahr | nächsten monat | melden sie sich in | pas pour le moment |
            pas en ce moment | pour l'instant | plus tard | l'année prochaine | le mois prochain |
            recontactez | ahora no | no por ahora | por ahora no | en este momento no |
            más adelante | próximo mes | próximo año | el mes que viene | el año que viene |
            non adesso | non ora | al momento non | per ora no | più avanti | il mese prossimo |
            l'anno prossimo | ricontattaci | agora não | não agora | no momento não | mais tarde |
            mês que vem | ano que vem | próximo ano | nu niet | niet op dit moment |
            momenteel niet | later dit jaar | volgend jaar | volgende maand | nie teraz |
            obecnie nie | na razie nie | w tej chwili nie | w przyszłym | może później |
            inte just nu | inte för tillfället | kanske senare | nästa år | ikke lige nu | ikke nå |
            ikke akkurat nå | не сейчас | сейчас не | позже | в следующем | 今は | 今のところ | 来月 | 来年 |
            现在不 | 暂时不 | 以后再
            """
        ),
    ),
    (
        Intent.INTERESTED,
        words(
            """
            i'm interested | i am interested | we're interested | we are interested |
            would be interested | be interested | very interested | sounds good | sounds great |
            sounds interesting | sounds like a | happy to | glad to | love to | i'd love |
            we'd love | let's do it | let's do this | let's go | go ahead | yes please |
            yes, please | please send | send me | send us | send it over | send over |
            looking forward | great idea | we can add | i can add | we could add | we accept guest |
            we do accept | feel free to send | works for me | works for us | sure, | sure! | sure. |
            yes, we | yes we | yes, i | yes! | absolutely | of course | we'd be open | open to |
            let me know the | will add | we'll add | i'll add | interessiert | interesse |
            klingt gut | klingt interessant | gerne | sehr gern | schicken sie | senden sie |
            schicken sie mir | ja, gerne | freue mich | freuen uns | können wir machen |
            einverstanden | intéressé | intéresse | avec plaisir | volontiers | d'accord |
            envoyez-moi | envoyez-nous | pourquoi pas | bonne idée | très bien | me interesa |
            nos interesa | interesad | suena bien | con gusto | claro que sí | envíame | envíeme |
            envíenos | encantad | de acuerdo | adelante | por supuesto | interessat | mi interessa |
            ci interessa | volentieri | certo | mandami | mi mandi | ci mandi | va bene |
            ottima idea | d'accordo | con piacere | tenho interesse | temos interesse | interessad |
            parece bom | com prazer | claro | pode enviar | me envie | envie-nos | vamos em frente |
            geïnteresseerd | klinkt goed | graag | stuur maar | lijkt me | prima | akkoord |
            zainteresowan | brzmi dobrze | chętnie | proszę przesłać | proszę wysłać | zgoda |
            jasne | intresserad | låter bra | gärna | skicka | absolut | interesseret | lyder godt |
            interessert | høres bra | интересно | заинтересован | звучит | присылайте | отправьте |
            согласны | давайте | ぜひ | 興味があります | お願いします | 大丈夫です | 感兴趣 | 可以 | 没问题 | 发给我
            """
        ),
    ),
)

QUESTIONS = words(
    """
    could you | can you | would you | what is | what are | what's | how much | how many | how do |
    who is | who are | which page | which article | which link | where would | where should |
    do you | are you | is this | is it | what do you | what would | können sie | könnten sie |
    was ist | wie viel | wer sind | welche | pouvez-vous | pourriez-vous | qui êtes | quel |
    combien | puede | podría | quién | cuál | cuánto | può | potrebbe | chi siete | quale | quanto |
    pode | poderia | quem | qual | kunt u | kun je | wat is | hoeveel | welke | czy | jaki | ile |
    kim | kan du | vad är | vilken | hvad er | hvilken | можете | сколько | какой | кто вы | ですか |
    でしょうか | 吗 | 什么 | 多少
    """
)

PAYING = words(
    """
    price | cost | charge | fee | rate | rates | per link | per post | per article | pay | payment |
    paypal | invoice | budget | sponsored | placement | discount | usd | offer | quote | preis |
    kosten | kostet | gebühr | honorar | rechnung | pro link | pro artikel | prix | tarif | coûte |
    coût | frais | facture | precio | tarifa | cuesta | coste | costo | factura | prezzo | costa |
    tariffa | fattura | preço | custo | custa | valor | prijs | kost | tarief | factuur | cena |
    koszt | kosztuje | opłata | faktura | pris | kostar | koster | avgift | цена | стоимость |
    стоит | оплата | 料金 | 価格 | 円 | 价格 | 费用
    """
)
