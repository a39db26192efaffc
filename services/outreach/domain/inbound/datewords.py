# ruff: noqa: RUF001 - Cyrillic and Turkish letters are meant
"""The words around dates in a notice of absence: months, weekdays, and "until", in many languages."""

from services.outreach.domain.inbound.lists import alternatives

_MONTHS = {
    1: (
        "january jan januar jänner janvier enero gennaio janeiro januari stycznia styczeń "
        "tammikuuta января leden ledna ocak januára"
    ),
    2: (
        "february feb februar février fevrier febrero febbraio fevereiro februari lutego luty "
        "helmikuuta февраля únor února şubat"
    ),
    3: (
        "march mar märz maerz mars marzo março marco maart marca marzec maaliskuuta марта březen "
        "března mart marts"
    ),
    4: "april apr avril abril aprile kwietnia kwiecień huhtikuuta апреля duben dubna nisan",
    5: "may mai mayo maggio maio mei maja maj toukokuuta мая květen května mayıs",
    6: (
        "june jun juni juin junio giugno junho czerwca czerwiec kesäkuuta июня červen června "
        "haziran"
    ),
    7: (
        "july jul juli juillet julio luglio julho lipca lipiec heinäkuuta июля červenec července "
        "temmuz"
    ),
    8: (
        "august aug août aout agosto augustus augusti sierpnia sierpień elokuuta августа srpen "
        "srpna ağustos"
    ),
    9: (
        "september sep sept septembre septiembre settembre setembro września wrzesień syyskuuta "
        "сентября září eylül"
    ),
    10: (
        "october oct oktober okt octobre octubre ottobre outubro października październik "
        "lokakuuta октября říjen října ekim"
    ),
    11: (
        "november nov novembre noviembre novembro listopada listopad marraskuuta ноября listopadu "
        "kasım"
    ),
    12: (
        "december dec dezember dez décembre decembre diciembre dicembre dezembro grudnia grudzień "
        "joulukuuta декабря prosinec prosince aralık"
    ),
}
MONTH_OF = {name: number for number, names in _MONTHS.items() for name in names.split()}

# Monday is 0, as in `date.weekday()`.
_WEEKDAYS = {
    0: (
        "monday montag lundi lunes lunedì lunedi segunda-feira segunda maandag poniedziałek "
        "poniedziałku måndag mandag понедельник"
    ),
    1: (
        "tuesday dienstag mardi martes martedì martedi terça-feira terça dinsdag wtorek wtorku "
        "tisdag tirsdag вторник"
    ),
    2: (
        "wednesday mittwoch mercredi miércoles miercoles mercoledì mercoledi quarta-feira quarta "
        "woensdag środę środa onsdag среду"
    ),
    3: (
        "thursday donnerstag jeudi jueves giovedì giovedi quinta-feira quinta donderdag czwartek "
        "torsdag четверг"
    ),
    4: (
        "friday freitag vendredi viernes venerdì venerdi sexta-feira sexta vrijdag piątek fredag "
        "пятницу"
    ),
    5: "saturday samstag samedi sábado sabado sabato zaterdag sobotę lördag lørdag субботу",
    6: "sunday sonntag dimanche domingo domenica zondag niedzielę söndag søndag воскресенье",
}
WEEKDAY_OF = {name: number for number, names in _WEEKDAYS.items() for name in names.split()}

TOMORROW = frozenset({"tomorrow", "morgen", "demain", "mañana", "domani", "amanhã", "jutra"})

# What stands before the day until which somebody is away, or on which they are back.
UNTIL = alternatives(
    r"""
    until | till | til | through | thru | up to | be back(?: on)? | am back(?: on)? | back in the office on |
    back(?: on)? | back from | returning(?: on)? | return(?: on)? | return to the office(?: on)? |
    bis einschließlich | bis zum | bis inkl\.? | bis | zurück am | ab dem | ab | wieder am | wieder ab |
    jusqu['’]au | jusqu['’]à | de retour au bureau le | de retour le | mon retour le |
    hasta el | hasta | regreso el | regreso | vuelvo el | volveré el | de vuelta el |
    fino al | sino al | rientro il | rientrerò il | tornerò il | torno il |
    até o dia | até ao dia | até dia | até | de volta em | de volta no dia | de volta a | regresso a |
    regresso no dia | retorno em | retorno no dia | tot en met | tot | t/m | weer terug op | terug op | vanaf |
    do dnia | do | powrót | wracam | wrócę | t\.?o\.?m\.? | till och med | tillbaka den | tillbaka |
    til og med | tilbage den | tilbage | tilbake | takaisin | asti | saakka | до | вернусь | буду |
    návrat | zpět | between .{1,30} and | from .{1,30} to | from .{1,30} until | vom .{1,20} bis |
    du .{1,20} au | del .{1,20} al | dal .{1,20} al | van .{1,20} tot
    """
)
