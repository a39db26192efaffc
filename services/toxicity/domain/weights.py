"""The published weights of the model: every kind of evidence, its family, its weight and its source.

Weights are thousandths of log-odds, whole numbers, so that a score is exactly the sum of its lines.
docs/toxicity.md repeats this table; a test keeps the two together.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """Groups of evidence; each has a limit, so that none can decide alone."""

    NAME = "name"
    LISTS = "lists"
    CONTENT = "content"
    PLACE = "place"
    ANCHOR = "anchor"
    GRAPH = "graph"
    NETWORK = "network"
    BEHAVIOUR = "behaviour"
    RELEVANCE = "relevance"
    HISTORY = "history"


PRIOR = -2_944
"""Log-odds of 5 %: how many links of an ordinary profile are manipulative before one has looked."""

NAME_LIMIT = 1_500
CAPS: dict[Family, tuple[int, int]] = {
    Family.NAME: (0, NAME_LIMIT),
    Family.LISTS: (0, 3_000),
    Family.CONTENT: (-1_500, 3_000),
    Family.PLACE: (-1_000, 2_000),
    Family.ANCHOR: (-500, 2_500),
    Family.GRAPH: (-2_000, 2_000),
    Family.NETWORK: (0, 3_000),
    Family.BEHAVIOUR: (-500, 1_500),
    Family.RELEVANCE: (-1_500, 0),
    Family.HISTORY: (-4_000, 2_000),
}
"""The least and the most that a family may add."""

FAMILY_WORDS: dict[Family, str] = {
    Family.NAME: "What the domain is called",
    Family.LISTS: "Who else has listed it",
    Family.CONTENT: "What the page is made of",
    Family.PLACE: "Where the link stands",
    Family.ANCHOR: "What the link says",
    Family.GRAPH: "Who links to it, and to whom it links",
    Family.NETWORK: "With whom it shares an owner",
    Family.BEHAVIOUR: "How the page behaves",
    Family.RELEVANCE: "Whether the link belongs there",
    Family.HISTORY: "What you decided before",
}


class Clause(StrEnum):
    """Sections of Google's spam policies for web search that findings cite."""

    LINK_SPAM = "Link spam"
    HIDDEN = "Hidden text and link abuse"
    HACKED = "Hacked content"
    THIN = "Scaled content abuse"
    STUFFING = "Keyword stuffing"
    USER_SPAM = "User-generated spam"
    REDIRECTS = "Sneaky redirects"
    CLOAKING = "Cloaking"
    EXPIRED = "Expired domain abuse"
    QUALIFY = "Qualify your outbound links to Google"
    NONE = "No policy speaks of this"


POLICY_URL = "https://developers.google.com/search/docs/essentials/spam-policies"


@dataclass(frozen=True, slots=True)
class Weight:
    """One kind of evidence: `short` is how a list names it, `source` says why it weighs this much."""

    code: str
    family: Family
    milli: int
    short: str
    clause: Clause
    source: str


_PRACTICE = "reference practice: anchors of the Penguin era and published attacks"
_NTOULAS = "Ntoulas et al. 2006, content features of spam pages"
_GUIDE = "Google's spam policies name it"
_NAMES = "trained on labelled names, checked on sources left out; in degrees, at most this; a good name is bought easily and excuses nothing"
_LISTS = "lists hardly overlap, so two agree by more than chance; halves every two years"
_GRAPH = "WEBSPAM-UK2007: link features reach AUC 0.75, single ranks 0.6: small weights"
_NETWORK = "footprints of private networks, weighed by how rare the shared value is"
_JUDGED = "judgement, small on purpose"

WEIGHTS: tuple[Weight, ...] = (
    Weight("name_like_bad", Family.NAME, NAME_LIMIT, "a name like those on lists of bad ones", Clause.NONE, _NAMES),
    Weight("on_lists", Family.LISTS, 3_000, "named by several lists of bad domains", Clause.NONE, _LISTS),
    Weight("on_one_list", Family.LISTS, 1_500, "named by one list of bad domains", Clause.NONE, _LISTS),
    Weight("poison_anchor", Family.ANCHOR, 2_500, "a link text of adult, gambling, pharmacy or scam words", Clause.LINK_SPAM, _PRACTICE),
    Weight("exact_overuse", Family.ANCHOR, 800, "a target keyword as link text, used too often", Clause.LINK_SPAM, _PRACTICE),
    Weight("exact_gross_overuse", Family.ANCHOR, 1_600, "a target keyword as link text, used far too often", Clause.LINK_SPAM, _PRACTICE),
    Weight("exact_anchor", Family.ANCHOR, 300, "a target keyword as link text", Clause.LINK_SPAM, _JUDGED),
    Weight("network_anchor", Family.ANCHOR, 1_800, "a target keyword from one of several domains of one owner", Clause.LINK_SPAM, _PRACTICE),
    Weight("comment_anchor", Family.ANCHOR, 1_800, "a target keyword in a comment on a page that many others use so", Clause.USER_SPAM, _GUIDE),
    Weight("repeated_anchor", Family.ANCHOR, 700, "the same link text on many sites", Clause.LINK_SPAM, _PRACTICE),
    Weight("other_language_anchor", Family.ANCHOR, 1_000, "a link text in another script than your site's", Clause.LINK_SPAM, _PRACTICE),
    Weight("brand_anchor", Family.ANCHOR, -400, "your name or address as link text", Clause.NONE, _JUDGED),
    Weight("link_list", Family.CONTENT, 1_200, "a page that is a list of links", Clause.LINK_SPAM, _NTOULAS),
    Weight("bare_link_list", Family.CONTENT, 1_800, "a page of nothing but links", Clause.LINK_SPAM, _NTOULAS),
    Weight("thin_page", Family.CONTENT, 700, "many links and hardly any text", Clause.THIN, _NTOULAS),
    Weight("repetitive_page", Family.CONTENT, 600, "a page that repeats itself", Clause.STUFFING, _NTOULAS),
    Weight("poison_title", Family.CONTENT, 1_500, "a page about adult, gambling, pharmacy or scam matters", Clause.LINK_SPAM, _PRACTICE),
    Weight("hidden_links_on_page", Family.CONTENT, 500, "a page with many hidden links", Clause.HIDDEN, _GUIDE),
    Weight("injected_block", Family.CONTENT, 2_000, "a hidden box of links to other sites", Clause.HACKED, _GUIDE),
    Weight("hidden_text", Family.CONTENT, 500, "much text that visitors can't see", Clause.HIDDEN, _GUIDE),
    Weight("stuffed_page", Family.CONTENT, 600, "a page stuffed with one word", Clause.STUFFING, _NTOULAS),
    Weight("spam_text", Family.CONTENT, 1_200, "a page full of words of spam", Clause.LINK_SPAM, _PRACTICE),
    Weight("some_spam_text", Family.CONTENT, 1_000, "words of spam on the page", Clause.LINK_SPAM, _PRACTICE),
    Weight("crowded_comments", Family.CONTENT, 1_200, "comments that lead to many sites, unmarked", Clause.USER_SPAM, _GUIDE),
    Weight("many_ads", Family.CONTENT, 400, "more advertisements than text", Clause.THIN, _JUDGED),
    Weight("parked", Family.CONTENT, 1_500, "a parked domain", Clause.EXPIRED, _GUIDE),
    Weight("contact_present", Family.CONTENT, -300, "a way to contact the owner", Clause.NONE, _JUDGED),
    Weight("legal_present", Family.CONTENT, -300, "an imprint or privacy page", Clause.NONE, _JUDGED),
    Weight("real_text", Family.CONTENT, -500, "a page with text of its own", Clause.NONE, _NTOULAS),
    Weight("hidden_link", Family.PLACE, 1_600, "a link that visitors can't see", Clause.HIDDEN, _GUIDE),
    Weight("injected_link", Family.PLACE, 1_000, "a link that looks injected into somebody else's page", Clause.HACKED, _GUIDE),
    Weight("sitewide_link", Family.PLACE, 900, "the same link in the template of many pages", Clause.LINK_SPAM, _GUIDE),
    Weight("footer_link", Family.PLACE, 300, "a link in the footer", Clause.LINK_SPAM, _JUDGED),
    Weight("comment_link", Family.PLACE, 700, "a followed link in a comment", Clause.USER_SPAM, _GUIDE),
    Weight("many_external_links", Family.PLACE, 600, "more than 100 links to other sites", Clause.LINK_SPAM, _GUIDE),
    Weight("very_many_external_links", Family.PLACE, 900, "more than 300 links to other sites", Clause.LINK_SPAM, _GUIDE),
    Weight("repeated_on_page", Family.PLACE, 300, "the same link many times on one page", Clause.LINK_SPAM, _JUDGED),
    Weight("qualified_link", Family.PLACE, -600, "marked so that search engines don't count it", Clause.QUALIFY, _GUIDE),
    Weight("well_trusted", Family.GRAPH, -1_000, "trusted sites lead to it", Clause.NONE, _GRAPH),
    Weight("high_authority", Family.GRAPH, -1_000, "many others link to it", Clause.NONE, _GRAPH),
    Weight("far_from_trust", Family.GRAPH, 800, "linked only from sites that nobody trusts", Clause.LINK_SPAM, _GRAPH),
    Weight("close_to_bad", Family.GRAPH, 1_200, "links to sites that people judged bad", Clause.LINK_SPAM, _GRAPH),
    Weight("links_back", Family.GRAPH, 300, "you link to each other", Clause.LINK_SPAM, _JUDGED),
    Weight("in_network", Family.NETWORK, 1_800, "one of several domains of one owner that link to you", Clause.LINK_SPAM, _NETWORK),
    Weight("in_strong_network", Family.NETWORK, 3_000, "one of several domains of surely one owner that link to you", Clause.LINK_SPAM, _NETWORK),
    Weight("in_burst", Family.BEHAVIOUR, 700, "came in a burst of bad links", Clause.LINK_SPAM, _PRACTICE),
    Weight("repurposed_domain", Family.BEHAVIOUR, 1_000, "a domain that became another site", Clause.EXPIRED, _GUIDE),
    Weight("redirect_chain", Family.BEHAVIOUR, 800, "reached only through other domains", Clause.REDIRECTS, _GUIDE),
    Weight("cloaked", Family.BEHAVIOUR, 1_200, "a page that shows robots something else", Clause.CLOAKING, _GUIDE),
    Weight("page_blocked", Family.BEHAVIOUR, 0, "a page that does not let us look", Clause.NONE, "not seen is not bad: no weight"),
    Weight("unique_paragraph", Family.RELEVANCE, -1_000, "a link inside a paragraph of text", Clause.NONE, _PRACTICE),
    Weight("domain_kept", Family.HISTORY, -4_000, "kept by somebody on your team", Clause.NONE, "your own decision"),
    Weight("domain_condemned", Family.HISTORY, 1_500, "another link of the domain was judged bad by your team", Clause.NONE, "your own decision"),
)  # fmt: skip

BY_CODE: dict[str, Weight] = {weight.code: weight for weight in WEIGHTS}


def model_id() -> str:
    """Return the name of this model: any other weight, limit or prior gives another name."""
    table = [f"prior {PRIOR}"]
    table += [f"{family} {low} {high}" for family, (low, high) in CAPS.items()]
    table += [f"{weight.code} {weight.family} {weight.milli}" for weight in WEIGHTS]
    digest = hashlib.blake2b("\n".join(table).encode(), digest_size=4).hexdigest()
    return f"evidence-2-{digest}"


MODEL = model_id()
