"""What people read in place of the names of file formats and of the tools that wrote them."""

from services.profile.domain.imports.rows import Dialect

DIALECT_LABELS = {
    Dialect.AHREFS_BACKLINKS: "Ahrefs, backlinks",
    Dialect.AHREFS_BROKEN_BACKLINKS: "Ahrefs, broken backlinks",
    Dialect.AHREFS_REFERRING_DOMAINS: "Ahrefs, referring domains",
    Dialect.AHREFS_LINK_INTERSECT: "Ahrefs, link intersect",
    Dialect.SEMRUSH_BACKLINKS: "Semrush, backlinks",
    Dialect.SEMRUSH_BACKLINK_AUDIT: "Semrush, Backlink Audit",
    Dialect.SEMRUSH_REFERRING_DOMAINS: "Semrush, referring domains",
    Dialect.MAJESTIC_BACKLINKS: "Majestic, backlinks",
    Dialect.MAJESTIC_REFERRING_DOMAINS: "Majestic, referring domains",
    Dialect.MOZ_LINKS: "Moz, inbound links",
    Dialect.MOZ_LINKING_DOMAINS: "Moz, linking domains",
    Dialect.MOZ_TOP_PAGES: "Moz, top pages",
    Dialect.GSC_LATEST_LINKS: "Search Console, latest links",
    Dialect.GSC_LINKING_SITES: "Search Console, top linking sites",
    Dialect.GSC_LINKED_PAGES: "Search Console, top linked pages",
    Dialect.GSC_LINKING_TEXT: "Search Console, top linking text",
    Dialect.BING_PAGES: "Bing, backlink pages",
    Dialect.BING_DOMAINS: "Bing, backlink domains",
    Dialect.BING_ANCHORS: "Bing, anchor texts",
    Dialect.UBERSUGGEST: "Ubersuggest, backlinks",
    Dialect.DATAFORSEO: "DataForSEO, backlinks",
    Dialect.YANDEX: "Yandex, external links",
    Dialect.ANCHORWATCH: "Anchorwatch, links",
    Dialect.LINKSENTINEL: "LinkSentinel, links",
    Dialect.GENERIC_LINKS: "Table of links",
    Dialect.GENERIC_DOMAINS: "Table of domains",
    Dialect.URL_LIST: "List of addresses",
    Dialect.DISAVOW: "Disavow file",
    Dialect.ZIP: "Archive of several lists",
    Dialect.UNREADABLE: "Not recognised",
}

_TOOLS = {
    "ahrefs": "Ahrefs",
    "anchorwatch": "An export of Anchorwatch",
    "bing": "Bing",
    "dataforseo": "DataForSEO",
    "gsc": "Search Console",
    "linksentinel": "LinkSentinel",
    "list": "Your list",
    "majestic": "Majestic",
    "moz": "Moz",
    "semrush": "Semrush",
    "ubersuggest": "Ubersuggest",
    "yandex": "Yandex",
}


def source_label(source: str) -> str:
    """Return the name of the tool whose word a claim is."""
    return _TOOLS.get(source, source.replace("_", " ").capitalize())
