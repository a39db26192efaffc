"""The words for the small closed lists: kinds, places, roles, bands, actions and job states."""

from shared.reason_words import NOTHING_TO_DO, Words
from shared.vocabulary import (
    Action,
    AnchorFlag,
    AnchorKind,
    Band,
    ChangeKind,
    ContractState,
    DiscoveryReason,
    HostRole,
    JobState,
    LinkKind,
    Outcome,
    Position,
    RenderState,
    Role,
)


def _plain(label: str, sentence: str) -> Words:
    return Words(label, sentence, NOTHING_TO_DO)


OUTCOMES = {
    Outcome.FOUND: _plain("Found", "We saw the link."),
    Outcome.MISSING: Words(
        "Not there",
        "We could look, and the link was not there.",
        "One miss is not a loss: we look a second time before we call it gone.",
    ),
    Outcome.UNKNOWN: Words(
        "Couldn't look",
        "We could not see the page, so we say nothing about the link.",
        "Open the page in your browser if you need to know now.",
    ),
}
LINK_KINDS = {
    LinkKind.TEXT: _plain("Text link", "Words that lead to your page."),
    LinkKind.IMAGE: _plain("Picture link", "A picture that leads to your page."),
    LinkKind.REDIRECT: _plain("Redirect", "The page sends its visitors to yours."),
    LinkKind.FRAME: _plain("Embedded page", "Your page is shown inside theirs."),
    LinkKind.FORM: _plain("Form", "A form that sends people to your page."),
    LinkKind.CANONICAL: _plain("Main version", "The page names yours as its main version."),
    LinkKind.ALTERNATE: _plain(
        "Other language", "The page names yours as its version in another language or form."
    ),
    LinkKind.RSS: _plain("Feed", "Your page stands in their feed."),
    LinkKind.MENTION: _plain("Mention", "Your address stands there as text, without a link."),
    LinkKind.REFRESH: _plain("Timed redirect", "The page moves its visitors on to yours."),
}
POSITIONS = {
    Position.CONTENT: _plain("In the text", "The link stands in the main text of the page."),
    Position.NAV: _plain("Navigation", "The link stands in the menu."),
    Position.HEADER: _plain("Header", "The link stands at the top of the page."),
    Position.FOOTER: _plain("Footer", "The link stands at the bottom of the page."),
    Position.SIDEBAR: _plain("Sidebar", "The link stands beside the main text."),
    Position.COMMENT: _plain("Comments", "The link stands in what readers have written."),
    Position.UNKNOWN: _plain("Place not known", "We cannot tell which part of the page it is."),
}
DISCOVERIES = {
    DiscoveryReason.IMPORTED: _plain("From your import", "You brought the link in with a file."),
    DiscoveryReason.LINK_ADDED: _plain("New on a known page", "A page we watch has added a link."),
    DiscoveryReason.PAGE_FOUND: _plain("New page", "We found a page that links to you."),
    DiscoveryReason.LINK_RESTORED: _plain("Back again", "A link that was gone has come back."),
    DiscoveryReason.REFERER: _plain("From a visit", "A visitor of yours came through this link."),
    DiscoveryReason.WEBMENTION: _plain("They told us", "The site sent a notice of its link."),
    DiscoveryReason.COMMONCRAWL: _plain(
        "From Common Crawl", "The public archive of the web holds this link."
    ),
    DiscoveryReason.PLACEMENT: _plain("Agreed by you", "The link belongs to a placement."),
}
ANCHOR_KINDS = {
    AnchorKind.BRANDED: _plain("Brand", "The text names your brand."),
    AnchorKind.URL: _plain("Address", "The text is an address."),
    AnchorKind.GENERIC: _plain("General words", "The text says something like “click here”."),
    AnchorKind.PARTIAL: _plain("Keyword and more", "The text holds a keyword among other words."),
    AnchorKind.EXACT: _plain("Exact keyword", "The text is one of your keywords and no more."),
    AnchorKind.OTHER: _plain("Other words", "The text is none of the other kinds."),
}
ANCHOR_FLAGS = {
    AnchorFlag.IMAGE: _plain("Picture", "The link is a picture; its describing text is judged."),
    AnchorFlag.EMPTY: _plain("No text", "The link has no text that could be read."),
    AnchorFlag.TOXIC: Words(
        "Spam words",
        "The text holds words that spam uses.",
        "Search engines ignore most such links; look at the link's toxicity before you act.",
    ),
    AnchorFlag.OTHER_LANGUAGE: _plain(
        "Other language", "The text is in a language that your site does not use."
    ),
    AnchorFlag.BRAND_KEYWORD: _plain(
        "Brand and keyword", "The text holds your brand and a keyword, so both are shown."
    ),
}
CHANGES = {
    ChangeKind.NEW: _plain("New", "The link was seen live for the first time."),
    ChangeKind.VERIFIED: _plain("First look", "A link that was known already got its first look."),
    ChangeKind.LOST: Words(
        "Gone",
        "The link was live and is gone, confirmed by a second look.",
        "Write to the site and ask for the link back.",
    ),
    ChangeKind.RECOVERED: _plain("Back again", "The link was gone and is live again."),
    ChangeKind.CHANGED: Words(
        "Changed",
        "Something about the link is another than before.",
        "Look at before and after; if it is fine, acknowledge it.",
    ),
    ChangeKind.TOXIC: Words(
        "Worth a look",
        "The link's toxicity has moved to another band.",
        "Look at the findings; nothing happens without your decision.",
    ),
    ChangeKind.CONTRACT: Words(
        "Agreement",
        "The link began or ceased to be as agreed.",
        "Compare it with the terms of the placement.",
    ),
    ChangeKind.UNKNOWN: Words(
        "Couldn't look",
        "We could not see the page, so the link keeps its last known state.",
        "Nothing to do: we look again by ourselves.",
    ),
    ChangeKind.NOTE: _plain("Note", "Somebody wrote this down by hand."),
}
CONTRACTS = {
    ContractState.UNVERIFIED: Words(
        "Not verified yet",
        "The link is agreed, and we have not seen it yet.",
        "Nothing to do until the agreed date; then ask the site.",
    ),
    ContractState.MET: _plain("As agreed", "The link is as agreed."),
    ContractState.MISMATCHED: Words(
        "Not as agreed",
        "The link differs from what was agreed.",
        "The reasons name the difference; send them to the site.",
    ),
}
BANDS = {
    Band.OK: _plain("Fine", "Nothing speaks against this link."),
    Band.WATCH: _plain("Keep an eye on it", "A little speaks against this link; we watch it."),
    Band.REVIEW: Words(
        "Worth a look",
        "Several findings speak against this link.",
        "Read the findings and decide: keep it, ignore it, or ask for its removal.",
    ),
    Band.PROPOSE_DISAVOW: Words(
        "Candidate, you decide",
        "Strong findings of several kinds speak against this link.",
        "Read the findings; nothing goes into a disavow file without your decision.",
    ),
    Band.INSUFFICIENT_DATA: _plain(
        "Not enough seen", "We have not seen enough of this site to say anything."
    ),
}
ACTIONS = {
    Action.NONE: _plain("Nothing to do", "Nothing speaks against this link."),
    Action.NO_ACTION_NEEDED: _plain(
        "Leave as it is",
        "Search engines leave it out of account, it is gone, or your team decided to leave it.",
    ),
    Action.WATCH: _plain("Watch", "We keep an eye on this link and tell you if it gets worse."),
    Action.REVIEW: Words(
        "Worth a look",
        "A person should look at this link.",
        "Read the findings and decide: keep it, ignore it, or ask for its removal.",
    ),
    Action.REQUEST_REMOVAL: Words(
        "Ask for removal",
        "The link is worth asking the site to take it down.",
        "Review the draft of the mail; it goes out only when you approve it.",
    ),
    Action.PROPOSE_DISAVOW: Words(
        "Candidate, you decide",
        "The link is a candidate for the disavow file.",
        "Decide in the review list; most sites never need a disavow file.",
    ),
    Action.LOOK_AGAIN: _plain("Not enough seen", "We look again before we suggest anything."),
}
HOST_ROLES = {
    HostRole.MAIN: _plain("Main", "The host under which the site is known."),
    HostRole.FORMER: _plain("Former", "An earlier host of the site; links to it are yours."),
    HostRole.OTHER: _plain("Also yours", "Another host that belongs to the site."),
}
ROLES = {
    Role.OWNER: _plain("Owner", "May do everything, and say who else may."),
    Role.EDITOR: _plain("Editor", "May change links, decide and write."),
    Role.VIEWER: _plain("Viewer", "May see everything and change nothing."),
    Role.CLIENT: _plain("Client", "May see results, without prices and contacts."),
}
RENDER_STATES = {
    RenderState.RAN: _plain("Rendered", "We ran the page's scripts and looked at what they made."),
    RenderState.PARTLY: Words(
        "Rendered in part",
        "We ran the page's scripts, but not all that they asked for came, so what is absent may "
        "still be there.",
        "Nothing to do: we look again by ourselves.",
    ),
    RenderState.FAILED: Words(
        "Could not be rendered",
        "The page's scripts could not be run to their end.",
        "Open the page in your browser if you need to know now; we try again by ourselves.",
    ),
    RenderState.PUT_OFF: Words(
        "Rendering put off",
        "No browser was free for this page, or its host has had its share for today.",
        "Nothing to do: we try again by ourselves.",
    ),
    RenderState.OFF: Words(
        "Not rendered",
        "Scripts build this page, and rendering is off in this installation.",
        "Whoever runs the installation can switch rendering on; the page on operations says how.",
    ),
}
JOBS = {
    JobState.QUEUED: _plain("Waiting", "The work waits for its turn and starts by itself."),
    JobState.RUNNING: _plain("Running", "The work is under way; you may close this page."),
    JobState.DONE: _plain("Done", "The work is finished."),
    JobState.FAILED: Words(
        "Stopped by an error",
        "The work stopped at an error; what was done before it is kept.",
        "Read the error, put it right and start the work again: nothing is done twice.",
    ),
    JobState.CANCELLED: _plain("Cancelled", "Somebody stopped the work; what was done is kept."),
}
