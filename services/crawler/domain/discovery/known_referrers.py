"""Names of senders of readers that are no pages with a link: search engines, assistants, spam, robots."""

import re
from functools import lru_cache

# Hosts that answer questions; sites, docs and groups of the same owners are pages like any other.
_SEARCH = re.compile(
    r"(?:(?:www|images|news|cse|m|search|scholar|lens|shopping)\.)?google\.[a-z.]{2,6}"
    r"|(?:[a-z-]+\.)?bing\.com|(?:[a-z.]+\.)?duckduckgo\.com"
    r"|(?:[a-z.]+\.)?search\.yahoo\.(?:com|co\.jp)|(?:www\.)?yahoo\.(?:com|co\.jp)"
    r"|(?:www\.)?(?:yandex\.[a-z.]{2,6}|ya\.ru)|(?:www\.|m\.)?baidu\.com|(?:www\.)?ecosia\.org"
    r"|(?:www\.|lite\.)?qwant\.com|(?:www\.)?startpage\.com|search\.brave\.com|(?:www\.)?sogou\.com"
    r"|(?:www\.)?so\.com|(?:m\.)?search\.naver\.com|search\.seznam\.cz|(?:www\.)?ask\.com"
    r"|search\.aol\.com|kagi\.com|(?:www\.)?mojeek\.com|metager\.(?:de|org)|(?:www\.)?swisscows\.com"
    r"|(?:www\.)?perplexity\.ai|chatgpt\.com|chat\.openai\.com|gemini\.google\.com|claude\.ai"
    r"|copilot\.microsoft\.com|(?:www\.)?you\.com|(?:www\.)?phind\.com"
)

_ROBOTS = re.compile(
    r"bot\b|bot[/ _-]|crawl|spider|slurp|scrap|archiver|transcoder|validator|checker|monitor"
    r"|uptime|pingdom|preview|fetch|headless|phantomjs|lighthouse|facebookexternalhit|embedly"
    r"|curl|wget|python|aiohttp|httpx|okhttp|java/|go-http|libwww|perl|ruby|php/|axios|node-fetch"
    r"|apache-http|guzzle|winhttp|feed|rss|scan|nikto|sqlmap|masscan|zgrab|nmap",
    re.IGNORECASE,
)

# Senders of made-up visits that advertise themselves in statistics, by their domain.
_SPAM_DOMAINS = frozenset(
    [
        "100dollars-seo.com",
        "4webmasters.org",
        "7makemoneyonline.com",
        "anticrawler.org",
        "best-seo-offer.com",
        "best-seo-solution.com",
        "bestwebsitesawards.com",
        "blackhatworth.com",
        "buttons-for-website.com",
        "buttons-for-your-website.com",
        "buy-cheap-online.info",
        "cenoval.ru",
        "cityadspix.com",
        "cyber-monday.ga",
        "darodar.com",
        "dailyrank.net",
        "descargar-musica-gratis.net",
        "e-buyeasy.com",
        "econom.co",
        "event-tracking.com",
        "floating-share-buttons.com",
        "fix-website-errors.com",
        "free-floating-buttons.com",
        "free-share-buttons.com",
        "free-social-buttons.com",
        "get-free-social-traffic.com",
        "get-free-traffic-now.com",
        "googlsucks.com",
        "guardlink.org",
        "hulfingtonpost.com",
        "humanorightswatch.org",
        "ilovevitaly.com",
        "ilovevitaly.co",
        "iskalko.ru",
        "kambasoft.com",
        "law-enforcement-bot-ff.xyz",
        "lumb.co",
        "makemoneyonline.com",
        "o-o-6-o-o.com",
        "o-o-8-o-o.ru",
        "priceg.com",
        "ranksonic.info",
        "savetubevideo.com",
        "semalt.com",
        "semaltmedia.com",
        "seoanalyses.com",
        "sharebutton.net",
        "simple-share-buttons.com",
        "sitevaluation.org",
        "social-buttons.com",
        "success-seo.com",
        "theguardlan.com",
        "traffic2cash.xyz",
        "trafficmonetize.org",
        "video--production.com",
        "videos-for-your-business.com",
        "webmonetizer.net",
        "websites-reviews.com",
    ]
)
_SPAM_WORDS = re.compile(
    r"semalt|(?:share|social|floating)-?buttons|(?:free|buy|get)-?(?:web-?)?traffic|traffic2"
    r"|best-?seo|seo-?(?:offer|service|platform|check)|monetiz|casino|viagra|cialis|porn|xxx|escort"
)

PRIVATE_ENDINGS = frozenset(
    {"local", "localhost", "internal", "intranet", "lan", "home", "corp", "private"}
    | {"arpa", "invalid", "onion"}
)
"""Last labels of names that are not of the public net."""

_PICTURES_AND_THE_LIKE = re.compile(
    r"\.(?:css|js|mjs|map|json|png|jpe?g|gif|webp|avif|svg|ico|woff2?|ttf|otf|eot|mp4|webm|mp3)\Z",
    re.IGNORECASE,
)


def is_search(host: str) -> bool:
    """Return whether a host sends readers from answers to their questions."""
    return _SEARCH.fullmatch(host) is not None


@lru_cache(maxsize=4_096)
def is_robot(agent: str) -> bool:
    """Return whether no browser asked; who does not say what they are is none."""
    return not agent or agent == "-" or _ROBOTS.search(agent) is not None


def is_spam(domain: str) -> bool:
    """Return whether a domain is known for visits that it makes up, or is named like one."""
    return domain in _SPAM_DOMAINS or _SPAM_WORDS.search(domain) is not None


def is_part_of_page(path: str) -> bool:
    """Return whether a path is of what a page shows, not of a page that a reader was sent to."""
    return _PICTURES_AND_THE_LIKE.search(path.partition("?")[0]) is not None
