"""The closed word lists that events, tables and the API share (docs/glossary.md says what they mean)."""

from enum import StrEnum


class LinkStatus(StrEnum):
    """What profile concludes about a link."""

    PENDING = "pending"
    LIVE = "live"
    CHANGED = "changed"
    LOST = "lost"
    NOT_FOUND = "not_found"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """What one check saw."""

    FOUND = "found"
    MISSING = "missing"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why: absolute reasons come from the crawler, relative ones from profile's diff."""

    # link
    LINK_REMOVED = "link_removed"
    LINK_HIDDEN_CSS = "link_hidden_css"
    LINK_IN_COMMENT = "link_in_comment"
    LINK_IN_NOSCRIPT = "link_in_noscript"
    LINK_IN_IFRAME = "link_in_iframe"
    JS_ONLY = "js_only"
    RAW_ONLY = "raw_only"
    MOVED_ON_PAGE = "moved_on_page"
    DUPLICATE_ONLY = "duplicate_only"
    MENTION_ONLY = "mention_only"
    LISTING_CHURN = "listing_churn"
    # rel
    NOFOLLOW_ADDED = "nofollow_added"
    SPONSORED_ADDED = "sponsored_added"
    UGC_ADDED = "ugc_added"
    REL_RESTORED = "rel_restored"
    PAGE_NOFOLLOW_META = "page_nofollow_meta"
    PAGE_NOFOLLOW_HEADER = "page_nofollow_header"
    # anchor
    ANCHOR_CHANGED = "anchor_changed"
    ANCHOR_EMPTY = "anchor_empty"
    ALT_CHANGED = "alt_changed"
    # target
    TARGET_CHANGED = "target_changed"
    WRONG_LANDING_PAGE = "wrong_landing_page"
    TARGET_ERROR = "target_error"
    TARGET_REDIRECTS = "target_redirects"
    TARGET_SOFT_404 = "target_soft_404"
    REDIRECT_CHAIN_BROKEN = "redirect_chain_broken"
    # page
    PAGE_404 = "page_404"
    PAGE_410 = "page_410"
    PAGE_5XX = "page_5xx"
    PAGE_REDIRECTED = "page_redirected"
    SOFT_404 = "soft_404"
    PARKED = "parked"
    NOT_HTML = "not_html"
    NOINDEX_META = "noindex_meta"
    NOINDEX_HEADER = "noindex_header"
    NOT_CANONICAL = "not_canonical"
    CANONICAL_CROSS_DOMAIN = "canonical_cross_domain"
    ROBOTS_DISALLOWS_US = "robots_disallows_us"
    OPTED_OUT = "opted_out"
    ROBOTS_DISALLOWS_GOOGLE = "robots_disallows_google"
    LOGIN_WALL = "login_wall"
    TOO_LARGE = "too_large"
    UNDECODABLE = "undecodable"
    REDIRECT_LOOP = "redirect_loop"
    # transport
    DNS_GONE = "dns_gone"
    TLS_ERROR = "tls_error"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    BLOCKED_BY_WALL = "blocked_by_wall"
    RATE_LIMITED = "rate_limited"
    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    # contract mismatches (seams.md 17)
    POSITION_WORSE = "position_worse"
    SITEWIDE = "sitewide"
    OUTLINKS_EXCESS = "outlinks_excess"
    CLOAKED = "cloaked"


class LinkKind(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    REDIRECT = "redirect"
    FRAME = "frame"
    FORM = "form"
    CANONICAL = "canonical"
    ALTERNATE = "alternate"
    RSS = "rss"
    MENTION = "mention"
    REFRESH = "refresh"


class Position(StrEnum):
    CONTENT = "content"
    NAV = "nav"
    HEADER = "header"
    FOOTER = "footer"
    SIDEBAR = "sidebar"
    COMMENT = "comment"
    UNKNOWN = "unknown"


class DiscoveryReason(StrEnum):
    IMPORTED = "imported"
    LINK_ADDED = "link_added"
    PAGE_FOUND = "page_found"
    LINK_RESTORED = "link_restored"
    REFERER = "referer"
    WEBMENTION = "webmention"
    COMMONCRAWL = "commoncrawl"
    PLACEMENT = "placement"


class AnchorKind(StrEnum):
    BRANDED = "branded"
    URL = "url"
    GENERIC = "generic"
    PARTIAL = "partial"
    EXACT = "exact"
    OTHER = "other"


class AnchorFlag(StrEnum):
    IMAGE = "image"
    EMPTY = "empty"
    TOXIC = "toxic"
    OTHER_LANGUAGE = "other_language"
    BRAND_KEYWORD = "brand_keyword"


class ChangeKind(StrEnum):
    """The kind of a row in a link's history."""

    VERIFIED = "verified"
    """The first verdict on a link that was known before we looked: no growth (seams.md 15)."""
    NEW = "new"
    LOST = "lost"
    RECOVERED = "recovered"
    CHANGED = "changed"
    TOXIC = "toxic"
    CONTRACT = "contract"
    UNKNOWN = "unknown"
    NOTE = "note"


class ContractState(StrEnum):
    UNVERIFIED = "unverified"
    MET = "met"
    MISMATCHED = "mismatched"


class Band(StrEnum):
    """Toxicity bands; the limits are 0.40, 0.80 and 0.97."""

    OK = "ok"
    WATCH = "watch"
    REVIEW = "review"
    PROPOSE_DISAVOW = "propose_disavow"
    INSUFFICIENT_DATA = "insufficient_data"


class Action(StrEnum):
    """What toxicity suggests; a person decides."""

    NONE = "none"
    NO_ACTION_NEEDED = "no_action_needed"
    WATCH = "watch"
    REVIEW = "review"
    REQUEST_REMOVAL = "request_removal"
    PROPOSE_DISAVOW = "propose_disavow"
    LOOK_AGAIN = "look_again"


class HostRole(StrEnum):
    """What a host is to its site."""

    MAIN = "main"
    FORMER = "former"
    OTHER = "other"


class RenderState(StrEnum):
    """What became of running a page's scripts in a browser."""

    RAN = "ran"
    PARTLY = "partly"
    FAILED = "failed"
    PUT_OFF = "put_off"
    OFF = "off"


class Role(StrEnum):
    """What a user or key may do with one site, from most to least."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"
    CLIENT = "client"


class AlertSeverity(StrEnum):
    """How much an alert matters, from least to most."""

    NOTICE = "notice"
    WARNING = "warning"
    URGENT = "urgent"


class AlertState(StrEnum):
    """What became of an alert."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class AlertEnd(StrEnum):
    """By what an alert came to its end."""

    ITSELF = "itself"
    PERSON = "person"


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Todo(StrEnum):
    """What waits for a person, the most pressing first."""

    URGENT_ALERT = "urgent_alert"
    TARGET_BROKEN = "target_broken"
    OFF_CONTRACT = "off_contract"
    MESSAGE_IN_DOUBT = "message_in_doubt"
    MAIL_STUCK = "mail_stuck"
    MESSAGE_APPROVAL = "message_approval"
    PAYMENT_OVERDUE = "payment_overdue"
    EXCHANGE_BROKEN = "exchange_broken"
    PLACEMENT_OVERDUE = "placement_overdue"
    PLACEMENT_EXPIRING = "placement_expiring"
    PAYMENT_DUE = "payment_due"
    RECOVERY = "recovery"
    REVIEW = "review"
    OPPORTUNITY = "opportunity"
    LINK_CHANGED = "link_changed"


# Reasons under which a check did not observe: never a loss (seams.md 3).
NOT_OBSERVED = frozenset(
    {
        Reason.PAGE_5XX,
        Reason.TIMEOUT,
        Reason.TLS_ERROR,
        Reason.UNREACHABLE,
        Reason.LOGIN_WALL,
        Reason.BLOCKED_BY_WALL,
        Reason.RATE_LIMITED,
        Reason.ROBOTS_DISALLOWS_US,
        Reason.OPTED_OUT,
        Reason.TOO_LARGE,
        Reason.UNDECODABLE,
        Reason.REDIRECT_LOOP,
        Reason.ADDRESS_NOT_ALLOWED,
    }
)

# rel tokens that take a link out of "followed" (Google: qualify outbound links).
UNFOLLOWED_RELS = frozenset({"nofollow", "ugc", "sponsored"})
