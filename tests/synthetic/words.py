# ruff: noqa: SIM905 - a block of words can be read and compared
"""The words of which the made-up web is made: names, sentences, anchors."""

TOPICS: dict[str, list[str]] = {
    "garden": "garden chair table hedge lawn roses soil compost shed terrace pots seeds watering"
    " shears trellis bench herbs pruning mulch orchard".split(),
    "cooking": "recipe oven bread butter onion soup pan salt flour pepper garlic simmer taste"
    " kitchen roast dough broth lemon dinner plate".split(),
    "travel": "train coast harbour hotel museum ticket island village map valley ferry market"
    " bridge luggage station guide sunset hiking square church".split(),
    "software": "server function index query release parser thread memory module deploy cache"
    " socket compiler library test branch commit editor schema log".split(),
    "history": "century castle archive bishop parish treaty manuscript siege duke harvest guild"
    " charter abbey census ruins coin settlement map chronicle king".split(),
    "sport": "match league coach goal training stadium season defender medal race cyclist relay"
    " referee final tournament record player captain team club".split(),
}
COMMON = (
    "the a and of to in for with on that this we our it was is they you from when because after"
    " before about more some many every first last good small long old new often again still"
).split()
VERBS = (
    "made found kept used bought saw wrote built moved tried read learned asked gave left opened"
    " closed followed planted repaired sold visited measured explained"
).split()
FOREIGN = {
    "de": (
        "der die das und ist nicht mit für auf ein eine von dem den wir sie auch nach bei aus wie"
        " Garten Stadt Haus Wasser Jahre Leute Straße Bücher Kinder Arbeit Sommer Winter".split()
    ),
    "fr": (
        "le la les des et est pas avec pour sur un une dans nous vous aussi par que qui ville jardin"
        " maison eau années rue livres enfants travail été hiver chemin".split()
    ),
}
SPAM = (
    "casino poker slots viagra cialis porn escort betting jackpot baccarat payday replica pharmacy"
    " roulette blackjack bonus kamagra webcam xxx sportsbook"
).split()
SURE_SPAM = "casino poker viagra cialis porn escort kamagra roulette baccarat blackjack".split()
POISON = [
    "online casino",
    "best casino bonus",
    "buy viagra online",
    "cheap cialis",
    "live porn",
    "escort girls",
    "poker online",
    "roulette bonus",
]
CYRILLIC = ["дешёвые окна москва", "купить диплом", "ремонт под ключ", "новости сегодня"]
GENERIC = ["click here", "this page", "here", "read more", "website", "source", "more information"]
NATURAL = [
    "their guide to wood",
    "a long article about chairs",
    "what they measured",
    "this comparison",
    "the catalogue of last spring",
    "an interview with the founder",
]
FIRST = (
    "anna ben clara david emma felix greta hugo ida jonas karin leon maria nils olga peter rosa"
    " simon thea ulrich vera walter"
).split()
LAST = (
    "miller baker weaver hughes larsen novak rossi dubois jensen fischer brandt keller moreau silva"
    " kovac lindgren parker walsh turner hoffman peters ward"
).split()
PLACES = (
    "ashford bruck calden dorfen eastwick farnham glenmore harwick inverley kelton lindau marburg"
    " norwell oakham penrith quimby ramsau selby tarn ulverton"
).split()
TRADES = (
    "joinery bakery dental law books bikes school library news choir photo cafe garden tours"
    " museum clinic studio design pottery farm"
).split()
TLDS = ["com"] * 9 + ["org"] * 3 + ["net"] * 2 + ["co.uk", "de", "fr", "nl", "it", "info", "blog"]
CHEAP_TLDS = ["xyz", "top", "online", "site", "icu", "club", "buzz", "win"]
