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
    "generic": "Your table",
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


_FIELDS = {
    "referring_url": "Page that links",
    "target_url": "Your page that is linked",
    "anchor": "Words of the link (anchor)",
    "anchor_and_target": "Anchor and target in one cell",
    "alt": "Text of the picture",
    "nofollow": "Not followed (yes or no)",
    "followed": "Followed (yes or no)",
    "ugc": "Written by users (yes or no)",
    "sponsored": "Paid for (yes or no)",
    "rel": "rel of the link",
    "type": "Kind of link",
    "is_text": "Is a text link",
    "is_image": "Is a picture link",
    "is_frame": "Is a frame",
    "is_form": "Is a form",
    "is_redirect": "Is a redirect",
    "is_mention": "Is a mention without link",
    "is_rss": "Is in a feed",
    "is_canonical": "Is a canonical address",
    "is_alternate": "Is a version in another language",
    "first_seen": "First seen on",
    "last_seen": "Last seen on",
    "lost_at": "Lost on",
    "domain": "Domain that links",
    "link_count": "Number of links",
    "site_count": "Number of linking domains",
    "target_count": "Number of linked pages",
}


def field_label(field: str) -> str:
    """Return what people read in place of the name of a field that a column may fill."""
    kind, _, name = field.rpartition(":")
    if kind == "metric":
        tool, _, figure = name.partition("_")
        shown = figure.upper() if len(figure) == 2 else figure.replace("_", " ")
        return f"Figure: {source_label(tool)} {shown}"
    if kind == "claim":
        return f"Kept as told: {name.replace('_', ' ')}"
    return _FIELDS[field]
