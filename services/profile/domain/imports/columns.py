"""Column names of every tool, and the field of ours that each one fills."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

_NOISE = re.compile(r"[\s._\-/\\#:()=*?\"'\u2019\u200e\u200f\ufeff]+")

# Our field, then the names under which tools and people write it (folded by `fold_header`).
_NAMES = {
    "referring_url": (
        "referringpageurl refpageurl referringpage referringurl refurl sourceurl sourcepageurl "
        "sourcepage sourcelink linkingpage linkingpageurl linkingurl urlfrom fromurl pagefrom "
        "linkfrom backlinkurl backlinkpage backlink referrerurl refererurl referrer referer "
        "urlsource source from placementurl liveurl livelink posturl articleurl publishedurl "
        "quellurl quellseite verlinkendeseite urldeorigen paginadeorigen urlorigen enlace "
        "pagesource urlreferente pagereferente urldiorigine urldeorigem paginadeorigem bronurl "
        "kallurl urlzrodlowy kaynakurl zdrojovaurl urlисточника ссылающаястраница донор リンク元url "  # noqa: RUF001
        "来源网址 url pageurl page link linkurl"
    ),
    "target_url": (
        "targeturl targetpageurl targetpage targetlink urlto tourl linkto to destinationurl "
        "destinationpage destination target anchorurl landingpageurl landingpage linkedpage linkedurl "
        "linkedpageurl linkurl "
        "expectedtargeturl zielurl zielseite urldedestino paginadedestino urldestino urlcible "
        "pagecible paginadidestinazione urldidestinazione doelurl malurl urldocelowy hedefurl "
        "paginadedestino cilovaurl urlназначения целеваястраница акцептор リンク先url 目标网址"  # noqa: RUF001
    ),
    "anchor": (
        "anchor anchortext linkanchor linkanchortext linktext anchortexts anchors ankertext "
        "textodeanclaje textoancla anclaje ancre textedancre testodiancoraggio textoancora ancora "
        "ankartext anchorlink sourceanchortext ankertekst tekstkotwicy baglantimetni текстссылки анкор "
        "текстанкора アンカーテキスト 锚文本"
    ),
    "anchor_and_target": "anchorandtargeturl",
    "alt": "imagealt alttext alt altanchor",
    "nofollow": "nofollow flagnofollow onlyrelnofollow isnofollow",
    "followed": "dofollow isdofollow follow followed isfollow followlink",
    "ugc": "ugc isugc flagugc",
    "sponsored": "sponsored issponsored flagsponsored",
    "rel": "rel relattribute relattributes linkrel relvalue rels attributes linkstate",
    "type": "type kind linktype backlinktype itemtype",
    "is_text": "text istext",
    "is_image": "image flagimagelink flagimages isimage",
    "is_frame": "frame flagframe isframe",
    "is_form": "form isform",
    "is_redirect": "flagredirect isredirect 301",
    "is_mention": "flagmention",
    "is_rss": "isrss",
    "is_canonical": "iscanonical",
    "is_alternate": "isalternate",
    "first_seen": (
        "firstseen firstseenat firstseendate firstseenlink firstfound firstfounddate sourcefirstfounddate "
        "firstindexeddate firstcrawled discovereddate discoverydate datediscovered datefound "
        "discovered founddate datefirstseen firstindexed zuerstgesehen erstmalsgesehen primeravez "
        "primeravezvisto premierevue premierefois primavolta vistolaprimavolta датаобнаружения"
    ),
    "last_seen": (
        "lastseen lastseenat lastseendate lastcrawled lastcrawl lastvisited lastchecked lastfound "
        "sourcecrawldate sourcelastaccessdate lastaccessdate refpagechecked date crawldate "
        "lastindexed datelastseen lastcheck zuletztgesehen ultimavez ultimavezvisto dernierevue lastupdate"
    ),
    "lost_at": "lost lostdate datelost lostat datedisappeared daylost",
    # domains
    "domain": (
        "domain site refdomain referringdomain referringdomains linkingdomain linkingsite "
        "rootdomain sourcedomain domainfrom website host hostname sitedomain rootdomainname"
    ),
    "link_count": (
        "linkingpages backlinkscount backlinksnum backlinks linkstotarget links totallinks linkcount numlinks "
        "matchedlinks externalbacklinks backlinkstotarget inboundlinks incominglinks"
    ),
    "site_count": "linkingsites linkingdomainstopage",
    "target_count": "targetpages linkedpages targetpagescount",
    # metrics keep the name of who made them
    "metric:ahrefs_dr": "domainrating dr domainratingsource domainratingdesc",
    "metric:ahrefs_ur": "ur urlrating urlratingsource urlratingdesc",
    "metric:ahrefs_domain_traffic": "domaintraffic trafficdomain",
    "metric:ahrefs_page_traffic": "pagetraffic",
    "metric:semrush_as": "pageascore pageas pageauthorityscore ascore",
    "metric:semrush_domain_as": "domainascore domainauthorityscore authorityscore",
    "metric:semrush_toxicity": "toxicityscore toxicscore",
    "metric:majestic_tf": "sourcetrustflow trustflow tf",
    "metric:majestic_cf": "sourcecitationflow citationflow cf",
    "metric:moz_da": "domainauthority da linkingdomainda sourcedomainauthority sourceda",
    "metric:moz_pa": "pageauthority pa sourcepageauthority sourcepa",
    "metric:moz_spam": "spamscore sourcespamscore sourcerootdomainspamscore",
    "metric:ubersuggest_ds": "domainscore",
    "metric:ubersuggest_ps": "pagescore",
    "metric:dataforseo_rank": "rank domainfromrank pagefromrank",
    "metric:dataforseo_spam": "backlinkspamscore",
    # what the source says, kept in its own words
    "claim:title": "referringpagetitle sourcetitle title pagetitle sourcepagetitle pagefromtitle",
    "claim:left_context": "leftcontext snippetleft textpre",
    "claim:right_context": "rightcontext snippetright textpost",
    "claim:http_code": "referringpagehttpcode httpcode httpstatuscode statuscode pagefromstatuscode",
    "claim:target_http_code": "targetpagehttpcode httpcodetarget urltostatuscode",
    "claim:language": "language languages lang",
    "claim:platform": "platform domainfromplatformtype poweredby",
    "claim:country": "country domainfromcountry",
    "claim:ip": "ipaddress ip ipsource",
    "claim:redirect_chain": "redirectchainurls urlredirect indirectlinkpath",
    "claim:redirect_codes": "redirectchainstatuscodes redirectcode",
    "claim:in_content": "content iscontent",
    "claim:location": "semanticlocation linklocation location position placement",
    "claim:rendered": "rendered jscrawl",
    "claim:raw_html": "raw httpcrawl",
    "claim:is_spam": "isspam",
    "claim:sitewide": "sitewide",
    "claim:lost_status": "loststatus lostreason reasonlost",
    "claim:drop_reason": "dropreason",
    "claim:discovered_status": "discoveredstatus",
    "claim:new_link": "newlink isnew",
    "claim:lost_link": "lostlink islost flagdeleted",
    "claim:broken": "isbroken",
    "claim:page_score": "",
    "claim:old_crawl": "flagoldcrawl",
    "claim:link_state": "linkstate",
    "claim:status": "status linkstatus",
    "claim:origin": "origin",
    "claim:toxic_markers": "toxicmarkers",
    "claim:external_links": (
        "externallinks linksexternal externallinkscount externalnum pagefromexternallinks"
    ),
    "claim:internal_links": "internallinks linksinternal internallinkscount internalnum",
    "claim:links_in_group": "linksingroup linkgroupcount linkscount",
    "claim:topic": "sourcetopicaltrustflowtopic0",
    "claim:author": "author",
    "claim:page_type": "pagetype",
    "claim:page_category": "pagecategory",
    "claim:followed_links": "dofollowlinks",
    "claim:new_links": "newlinks",
    "claim:lost_links": "lostlinks",
    # LinkSentinel and people's own sheets
    "claim:expected_anchor": "expectedanchortext",
    "claim:expected_rel": "expectedrel",
    "claim:expected_status": "expectedstatus",
    "claim:placement_date": "placementdate",
    "claim:campaign": "campaign",
    "claim:vendor": "vendor",
    "claim:client": "client",
    "claim:cost": "cost price",
    "claim:note": "notes note comment comments",
    "claim:tags": "tags",
}


def fold_header(name: str) -> str:
    """Fold case, blanks, dots, underscores and accents: `Ref. page URL` is `refpageurl`."""
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return _NOISE.sub("", plain.casefold())


# Where two columns of one file mean the same field, the earlier name wins.
_RANKS = {
    (field, fold_header(name)): rank
    for field, names in _NAMES.items()
    for rank, name in enumerate(names.split())
}
_FIELDS: dict[str, tuple[str, ...]] = {}
for _field, _name in _RANKS:
    _FIELDS[_name] = (*_FIELDS.get(_name, ()), _field)

KNOWN_FIELDS = frozenset(_NAMES)


def map_columns(folded: tuple[str, ...]) -> Mapping[str, int]:
    """Say which column fills which field, by name alone."""
    best: dict[str, tuple[int, int]] = {}
    for index, name in enumerate(folded):
        for field in _FIELDS.get(name, ()):
            candidate = (_RANKS[field, name], index)
            if candidate < best.get(field, (len(_RANKS), 0)):
                best[field] = candidate
    columns = {field: index for field, (_, index) in best.items()}
    if "target_url" in columns and columns["target_url"] == columns.get("referring_url"):
        del columns["target_url"]  # "Link URL" is either of them
    if "referring_url" in columns and folded[columns.get("domain", 0)] == "referringdomains":
        columns.pop("domain", None)  # beside pages it is a figure: how many domains link to each
    return columns


def names_of(field: str) -> frozenset[str]:
    """Return the names of a field, folded."""
    return frozenset(fold_header(name) for name in _NAMES[field].split())


def own_columns(names: Sequence[str]) -> Mapping[str, int]:
    """Say which column of our own export fills which field: what has no field is a claim."""
    columns = dict(map_columns(tuple(map(fold_header, names))))
    taken = set(columns.values())
    for index, name in enumerate(names):
        metric = f"metric:{name}"
        if metric in KNOWN_FIELDS:
            columns[metric] = index
        elif index not in taken or name == "kind":
            columns[f"claim:{name}"] = index
    return columns


def knows_header(folded: tuple[str, ...]) -> int:
    """Count the columns whose name we know: how much a line looks like a header."""
    return sum(name in _FIELDS for name in folded)
