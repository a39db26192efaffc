"""The tools' files that are recognised by their header: an ordered list, the first match wins."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.profile.domain.imports.columns import names_of
from services.profile.domain.imports.rows import Dialect

OWN_PAGES = (
    "This file lists your own pages, not the pages that link to them: its counts rank your target "
    "pages, and no link is made of it. Import the list of linking pages or linking sites as well; "
    "in Search Console that is “Latest links” or “Top linking sites”."
)
ANCHORS_ONLY = (
    "This file lists anchor texts with counts and names no page that links to you. "
    "Import the list of linking pages instead."
)
INTERSECT = (
    "This is a link intersect: it lists sites that link to other sites, not to this one. "
    "Import the backlinks export of this site instead."
)
DISAVOW = (
    "This is a disavow file, not a list of links. Import it under Disavow, where it is checked "
    "line by line and merged with the list in force."
)


@dataclass(frozen=True, slots=True)
class Layout:
    """A header by which a tool's file is known."""

    dialect: Dialect
    source: str
    needs: frozenset[str]  # folded names that all must be there
    any_of: frozenset[str] = frozenset()  # and one of these, if there are any
    width: int = 0  # the exact number of columns, 0 for any
    without: frozenset[str] = frozenset()
    refused: str | None = None
    rename: Mapping[str, str] = field(default_factory=dict)  # field by name alone -> field here

    def fits(self, names: frozenset[str], width: int) -> bool:
        return (
            self.needs <= names
            and (not self.any_of or bool(self.any_of & names))
            and not self.without & names
            and self.width in (0, width)
        )


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


_UBERSUGGEST_OWN = {
    "metric:moz_da": "metric:ubersuggest_ds",
    "metric:moz_pa": "metric:ubersuggest_ps",
}
_AHREFS_PAGE = _set("referringpageurl refpageurl")
_TARGETS = _set("targeturl targetpage target targetpageurl anchorandtargeturl")

# Names of columns with addresses of pages: a list of domains has none of them.
_PAGES = names_of("referring_url") | names_of("target_url") | _TARGETS

LAYOUTS: tuple[Layout, ...] = (
    Layout(
        Dialect.ANCHORWATCH,
        "anchorwatch",
        _set("referringurl targeturl lastgoodstatus anchorkind firstseenat"),
    ),
    Layout(Dialect.AHREFS_LINK_INTERSECT, "ahrefs", _set("intersect")),
    Layout(
        Dialect.AHREFS_BROKEN_BACKLINKS, "ahrefs", _set("targetpagehttpcode"), any_of=_AHREFS_PAGE
    ),
    Layout(
        Dialect.AHREFS_BACKLINKS,
        "ahrefs",
        frozenset(),
        any_of=_AHREFS_PAGE,
        without=_set("inlinkrank domaininlinkrank"),  # SE Ranking names the page likewise
    ),
    Layout(
        Dialect.AHREFS_BACKLINKS,
        "ahrefs",
        _set("urlfrom urlto"),
        any_of=_set("domainratingsource urlratingsource lostreason discoveredstatus"),
    ),
    Layout(
        Dialect.AHREFS_REFERRING_DOMAINS,
        "ahrefs",
        _set("domain"),
        any_of=_set("dofollowrefdomains dofollowlinkeddomains linkstotarget"),
    ),
    Layout(
        Dialect.AHREFS_REFERRING_DOMAINS,
        "ahrefs",
        _set("referringdomain domainrating"),
        without=_PAGES,
    ),
    Layout(
        Dialect.SEMRUSH_BACKLINK_AUDIT,
        "semrush",
        _set("sourceurl"),
        any_of=_set("toxicityscore toxicmarkers toxicscore"),
    ),
    Layout(
        Dialect.SEMRUSH_BACKLINKS,
        "semrush",
        _set("sourceurl targeturl"),
        any_of=_set("pageascore pageas"),
    ),
    Layout(
        Dialect.SEMRUSH_BACKLINKS,
        "semrush",
        _set("sourceurl targeturl sourcetitle externallinks"),
        any_of=_set("internallinks sitewide newlink lostlink pagescore trustscore"),
        rename={"metric:ubersuggest_ps": "claim:page_score"},  # as Semrush measured once
    ),
    Layout(Dialect.SEMRUSH_BACKLINKS, "semrush", _set("sourceurl targeturl newlink lostlink")),
    Layout(
        Dialect.SEMRUSH_REFERRING_DOMAINS,
        "semrush",
        _set("domain"),
        any_of=_set("domainascore authorityscore"),
        without=_PAGES,
    ),
    Layout(
        Dialect.MAJESTIC_BACKLINKS,
        "majestic",
        _set("sourceurl"),
        any_of=_set("sourcetrustflow sourcecitationflow acrank flagnofollow flagoldcrawl"),
    ),
    Layout(
        Dialect.MAJESTIC_REFERRING_DOMAINS,
        "majestic",
        _set("domain"),
        any_of=_set("trustflow citationflow"),
    ),
    Layout(
        Dialect.UBERSUGGEST,
        "ubersuggest",
        frozenset(),
        any_of=_set("domainscore pagescore"),
        rename=_UBERSUGGEST_OWN,
    ),
    Layout(
        Dialect.MOZ_TOP_PAGES,
        "moz",
        _set("url title"),
        any_of=_set("linkingdomainstopage totallinks pa pageauthority"),
        without=_TARGETS,
        refused=OWN_PAGES,
    ),
    Layout(
        Dialect.MOZ_LINKS,
        "moz",
        frozenset(),
        any_of=_set("linkequity linkstate onlyrelnofollow pageauthority pa"),
        without=_set("domainscore"),
    ),
    Layout(
        Dialect.MOZ_LINKS,
        "moz",
        _set("sourcepage"),
        any_of=_set("sourcedomainauthority sourcepageauthority"),
    ),
    Layout(
        Dialect.MOZ_LINKING_DOMAINS,
        "moz",
        frozenset(),
        any_of=_set("domainauthority da"),
        without=_PAGES,
    ),
    Layout(Dialect.GSC_LATEST_LINKS, "gsc", _set("linkingpage lastcrawled")),
    Layout(Dialect.GSC_LINKING_SITES, "gsc", _set("site linkingpages"), width=3),
    Layout(
        Dialect.GSC_LINKED_PAGES,
        "gsc",
        _set("targetpage"),
        any_of=_set("incominglinks linkingsites linkingpages internallinks"),
        refused=OWN_PAGES,
    ),
    Layout(
        Dialect.GSC_LINKING_TEXT,
        "gsc",
        _set("linktext"),
        any_of=_set("rank"),
        width=2,
        refused=ANCHORS_ONLY,
    ),
    Layout(Dialect.BING_PAGES, "bing", _set("sourceurl anchortext targeturl"), width=3),
    Layout(Dialect.BING_DOMAINS, "bing", _set("domain backlinkscount"), width=2),
    Layout(
        Dialect.BING_ANCHORS,
        "bing",
        _set("backlinkscount"),
        any_of=_set("anchor anchortext"),
        width=2,
        refused=ANCHORS_ONLY,
    ),
    Layout(
        Dialect.LINKSENTINEL,
        "linksentinel",
        _set("sourceurl"),
        any_of=_set("expectedtargeturl expectedanchortext expectedrel expectedstatus"),
    ),
    Layout(
        Dialect.YANDEX,
        "yandex",
        _set("sourceurl destinationurl"),
        any_of=_set("discoverydate sourcelastaccessdate"),
    ),
    Layout(Dialect.DATAFORSEO, "dataforseo", _set("urlfrom urlto")),
)


def layout_of(folded: tuple[str, ...]) -> Layout | None:
    """Return the first layout that fits the header."""
    names = frozenset(folded)
    return next((layout for layout in LAYOUTS if layout.fits(names, len(folded))), None)
