"""Words for the codes of lists that one service keeps to itself; the console shows them by name."""

from collections.abc import Mapping

from shared.mail_words import MAIL_EVENTS, MAIL_SECURITIES, MAILBOXES, MESSAGES
from shared.opportunities import KINDS, STATES
from shared.prospect_words import CONTACT_STATES, FOUND_BY, SOURCES, STAGES
from shared.reason_words import NOTHING_TO_DO, Words
from shared.report_words import TITLES, Section


def _plain(label: str, sentence: str, todo: str = NOTHING_TO_DO) -> Words:
    return Words(label, sentence, todo)


DECISIONS: Mapping[str, Words] = {
    "keep": _plain("Keep", "The link is fine; it is not asked about again for a year."),
    "ask_removal": _plain(
        "Ask for removal", "The site is to be asked to take the link out.", "Write to the site."
    ),
    "disavow": _plain(
        "Disavow",
        "The link is to go into the next disavow file.",
        "Build the file when the site needs one.",
    ),
    "ignore": _plain("Ignore", "Google leaves such links out of account by itself."),
}
HOLDS: Mapping[str, Words] = {
    "too_few_families": _plain(
        "Too few kinds of evidence", "Fewer than three kinds of evidence speak against it."
    ),
    "judged_by_name": _plain("Only its name", "Nearly all that speaks against it is its name."),
    "not_seen_lately": _plain(
        "Not seen lately", "The page was not read for a while.", "Have it looked at again."
    ),
    "kept": _plain("Kept", "Somebody decided within a year to keep it."),
    "placement": _plain("Agreed by you", "There is an agreed placement on this domain."),
    "empty": _plain("No name", "There is no name here."),
    "ip_address": _plain("An address", "An IP address is no domain."),
    "no_dot": _plain("No domain", "A name without a dot is no domain."),
    "public_suffix": _plain("Shared ending", "Many unrelated sites live below this name."),
    "shared_host": _plain("Shared host", "Customers of a company have their sites there."),
    "name_too_long": _plain("No name", "A domain name has at most 253 characters."),
    "own_site": _plain("Your own", "This is a site of your own."),
    "partner": _plain("A partner", "You listed this site as a partner."),
    "competitor": _plain("A competitor", "You listed this site as a competitor."),
    "public_body": _plain(
        "Public body", "A bad page there is most likely hacked.", "Tell the webmaster."
    ),
    "trusted": _plain("Well known", "One of the best known sites; only a page can be at fault."),
    "look_alike": _plain("Looks like another", "The name looks like that of a guarded site."),
    "platform": _plain(
        "A platform", "Countless people publish there; only a page can be at fault."
    ),
    "search_engine": _plain("Search engine", "Only a single page of it can be at fault."),
    "infrastructure": _plain("Infrastructure", "It repeats the pages of others."),
}
FAMILIES: Mapping[str, Words] = {
    "name": _plain("Its name", "What the domain is called."),
    "lists": _plain("Lists", "Lists that your workspace keeps."),
    "content": _plain("The page", "What stands on the page."),
    "place": _plain("Place of the link", "Where on the page the link stands."),
    "anchor": _plain("Words of the link", "What the link says."),
    "graph": _plain("Neighbours", "Who links to the domain, and whom it links to."),
    "network": _plain("Network", "Domains that seem to have one owner."),
    "behaviour": _plain("Behaviour", "How the page answers different visitors."),
    "relevance": _plain("Subject", "How far the page is from the subject of your site."),
    "history": _plain("History", "What the domain was before, and when links came."),
}
REMOVALS: Mapping[str, Words] = {
    "not_asked": _plain("Not asked yet", "Nobody has been asked.", "Copy the letter and send it."),
    "asked": _plain("Asked", "The site was asked.", "Wait two weeks, then remind them once."),
    "reminded": _plain("Reminded", "The site was reminded.", "Wait two weeks."),
    "answered": _plain("They answered", "An answer came.", "See whether the link goes."),
    "refused": _plain("They refused", "The site will not take it out.", "Ignore it, or disavow."),
    "removed": _plain("Removed", "Our own look found that the links are gone."),
}
REPORT_SECTIONS: Mapping[str, Words] = {
    section.value: _plain(TITLES[section], f"In a report for a client: {TITLES[section]}.")
    for section in Section
}
GROWTHS: Mapping[str, Words] = {
    "burst": _plain("Burst", "More domains came than usual."),
    "drop": _plain("Drop", "More domains went than usual."),
    "anchor_drift": _plain("Other anchors", "New links say other things than those before."),
}
ORIGINS: Mapping[str, Words] = {
    "built": _plain("Built", "Made of decisions of people."),
    "imported": _plain("Imported", "Taken over from a file."),
    "merged": _plain("Brought together", "A file and our newest version together."),
    "restored": _plain("Restored", "An older version made the newest."),
    "lifted": _plain("Entries taken out", "Some entries were taken out."),
}
EFFECTS: Mapping[str, Words] = {
    "throws_away_good_links": _plain("Throws good links away", "Live, followed, nothing wrong."),
    "too_wide": _plain("Names too much", "It names a shared or well-known site as a whole."),
    "unclear": _plain("Not clear", "Too little was seen to say."),
    "holds": _plain("Holds off bad links", "The links look made."),
    "does_not_count": _plain("Concerns what does not count", "The links do not count anyway."),
    "gone": _plain("Concerns what is gone", "The links are gone."),
    "no_link_known": _plain("No link known", "None of its links is known here."),
}
NEEDS: Mapping[str, Words] = {
    "no": _plain("No", "Nothing says that this site needs a disavow file."),
    "consider": _plain("Perhaps", "Links were bought, exchanged or made."),
    "yes": _plain("Yes", "Google reports a manual action."),
}
PLACEMENTS: Mapping[str, Words] = {
    "promised": _plain("Promised", "Agreed; the link has not been seen yet."),
    "live": _plain("Live as agreed", "The link is there and as agreed."),
    "mismatched": _plain(
        "Not as agreed", "The link is there, but not as agreed.", "Write to the vendor."
    ),
    "lost": _plain(
        "Gone",
        "The link was there and is gone, confirmed by a second look.",
        "Write to the vendor.",
    ),
    "expired": _plain("Ended", "The agreed time is over."),
    "cancelled": _plain("Cancelled", "Somebody on your team cancelled it."),
}
SLOTS: Mapping[str, Words] = {
    "open": _plain("Open", "Nothing fills it yet.", "Write a brief, or agree on a placement."),
    "promised": _plain("Promised", "A placement fills it; its link has not been seen yet."),
    "placed": _plain("Placed", "The link of its placement was seen."),
}
BRIEFS: Mapping[str, Words] = {
    "draft": _plain("Draft", "It can be changed.", "Read it, and approve it."),
    "approved": _plain("Approved", "It can be given to a writer.", "Send it to the writer."),
    "sent": _plain("Sent", "The writer has it.", "Write down the placement when it is agreed."),
    "done": _plain("Done", "The text is written and placed."),
}
SCOPES: Mapping[str, Words] = {
    "links:read": _plain("See links", "Links, their history, imports, audits and exports."),
    "links:write": _plain("Change links", "Import, check, acknowledge, set up sites."),
    "toxicity:read": _plain("See toxicity", "Scores with their evidence, networks, the queue."),
    "toxicity:write": _plain("Decide on toxicity", "Answer the review, keep lists, judge anew."),
    "disavow:write": _plain("Make disavow files", "Take in, build and restore versions."),
    "outreach:read": _plain("See placements", "Placements, vendors, who is never written to."),
    "outreach:write": _plain("Change placements", "Write down and change what was agreed."),
    "outreach:send": _plain("Send mail", "Let messages that were approved go out."),
    "events:read": _plain("Hear events", "The live stream of what happens."),
    "admin": _plain("Manage", "Sites, people, keys and what the crawler leaves alone."),
}
EVENTS: Mapping[str, Words] = {
    "alert.raised": _plain("Alert raised", "Something happened that one of your rules is about."),
    "alert.resolved": _plain("Alert over", "What an alert told of is over, or was noted."),
    "anchors.drifted": _plain("Anchors drifted", "The mix of anchor texts has left its bands."),
    "attack.suspected": _plain("Attack suspected", "Bad links come in a wave that looks made."),
    "audit.completed": _plain("Audit ready", "An audit is finished and can be read."),
    "report.ready": _plain("Report ready", "A report for a client was made or approved."),
    "disavow.version_created": _plain("Disavow file made", "There is a new version of the file."),
    "domain.flagged": _plain("Domain changed", "A domain that links to you is not what it was."),
    "exchange.changed": _plain(
        "Owed link changed", "A link that you owe in return is kept, or not."
    ),
    "import.completed": _plain("Import finished", "A file or a pull was read to its end."),
    "job.updated": _plain("Work goes on", "Progress of imports and other long work."),
    "link.changed": _plain("Link changed", "Any change of a link: gained, lost, marks, anchor."),
    "link.discovered": _plain("Link discovered", "A link was found that nobody had told us of."),
    "link.gained": _plain("Link gained", "A new link was seen for the first time."),
    "link.lost": _plain("Link lost", "A link is gone, confirmed by a second look."),
    "link.recovered": _plain("Link back", "A link that was lost is there again."),
    "network.detected": _plain("Network found", "Domains that link to you seem to be one hand's."),
    "offer.accepted": _plain("Offer accepted", "What was offered is agreed: a placement."),
    "payment.due": _plain("Payment due", "A payment for a placement is due soon, or overdue."),
    "payment.settled": _plain("Payment settled", "A payment that was told of is due no more."),
    "placement.expiring": _plain("Placement ends soon", "The agreed time is nearly over."),
    "placement.lost": _plain("Placement gone", "An agreed link is gone."),
    "placement.mismatched": _plain("Placement not as agreed", "The link is not as agreed."),
    "placement.promised": _plain("Placement agreed", "Somebody promised a link."),
    "placement.updated": _plain("Placement edited", "What was agreed was changed."),
    "placement.verified": _plain("Placement seen", "An agreed link was seen as agreed."),
    "prospect.found": _plain("Prospect found", "A domain came onto the list of prospects."),
    "prospect.qualified": _plain("Prospect qualified", "A link from a domain is wanted."),
    "prospect.rejected": _plain("Prospect rejected", "No link from a domain is wanted."),
    "plan.updated": _plain("Plan made", "A plan for new links was made, or made anew."),
    "review.decided": _plain("Review decided", "Somebody answered a question of the review."),
    "site.created": _plain("Site added", "There is a new site."),
    "site.deleted": _plain("Site removed", "A site is gone, with all that was known of it."),
    "site.updated": _plain("Site changed", "Hosts, brands or settings of a site were changed."),
    "target.broken": _plain("Own page broken", "A page of yours that has links is not there."),
    "toxicity.changed": _plain("Toxicity changed", "A link is judged differently than before."),
    "velocity.anomaly_detected": _plain("Unusual growth", "Far more or fewer links than usual."),
    "webhook.disabled": _plain("Webhook switched off", "A receiver took nothing for days."),
    **MAIL_EVENTS,
}
DELIVERIES: Mapping[str, Words] = {
    "waiting": _plain("On its way", "It is sent now, or tried again later."),
    "delivered": _plain("Taken", "The receiver has it."),
    "failed": _plain("Given up", "It was not taken in three days; it can be sent again."),
    "withheld": _plain("Left out", "The person has gone, or may not see the site any more."),
}
CHANNELS: Mapping[str, Words] = {
    "email": _plain("E-mail", "Goes to people of the workspace, to each on their own."),
    "slack": _plain(
        "Slack",
        "Goes into one channel of Slack.",
        "In Slack, make an app, switch on Incoming Webhooks, add one to the channel, and copy its address.",
    ),
    "teams": _plain(
        "Microsoft Teams",
        "Goes into one channel of Teams.",
        "In Teams, open the channel's menu, choose Workflows, take the template that posts to a channel when a"
        " webhook request is received, and copy the address at its end.",
    ),
    "discord": _plain(
        "Discord",
        "Goes into one channel of Discord.",
        "In Discord, open the channel's settings, Integrations, Webhooks, make a new one, and copy its address.",
    ),
    "telegram": _plain(
        "Telegram",
        "A bot of yours writes into one chat.",
        "Ask @BotFather for a new bot, add it to the chat, and give its token and the number of the chat.",
    ),
}
BUTTONS: Mapping[str, Words] = {
    "slack": _plain(
        "Buttons in Slack",
        "What is pressed comes back to us, and the message says who did what.",
        "In the app at api.slack.com/apps open Interactivity & Shortcuts, switch it on and give the address below as"
        " Request URL. Then copy the Signing Secret from Basic Information to here. Channels of one app share both.",
    ),
    "discord": _plain(
        "Buttons in Discord",
        "Discord takes buttons only from a webhook that an application owns; other webhooks carry addresses.",
        "At discord.com/developers make an application with a bot, and have the bot make the webhook (docs/channels.md"
        " has the one command). Copy the Public Key from General Information to here and switch on; then give the"
        " address below as Interactions Endpoint URL.",
    ),
    "telegram": _plain(
        "Buttons in Telegram",
        "Your bot tells us what is pressed; we tell it where by ourselves.",
        "Only switch them on. ANCHORWATCH_PUBLIC_URL has to begin with https: and to be reached from outside.",
    ),
    "teams": _plain(
        "Addresses in Teams",
        "A workflow of Teams cannot tell us what is pressed, so each message carries addresses.",
        "There is nothing to set up: they lead to a page that says what will happen and asks once more.",
    ),
}
ALERT_SEVERITIES: Mapping[str, Words] = {
    "notice": _plain("Notice", "Good to know."),
    "warning": _plain("Warning", "Worth a look soon."),
    "urgent": _plain(
        "Urgent", "Somebody should look now.", "Open the alert: it says what to do next."
    ),
}
ALERT_STATES: Mapping[str, Words] = {
    "open": _plain("Open", "Nobody has taken note of it yet.", "Look, and acknowledge it."),
    "acknowledged": _plain("Acknowledged", "Somebody took note of it."),
    "resolved": _plain("Over", "What it told of is over by itself."),
}
ALERT_ENDS: Mapping[str, Words] = {
    "itself": _plain("By itself", "What it told of is over."),
    "person": _plain("By a person", "Somebody took note of it."),
}
SCREENS: Mapping[str, Mapping[str, Words]] = {
    "decision": DECISIONS,
    "hold": HOLDS,
    "family": FAMILIES,
    "removal": REMOVALS,
    "growth": GROWTHS,
    "disavow_origin": ORIGINS,
    "disavow_effect": EFFECTS,
    "disavow_need": NEEDS,
    "placement": PLACEMENTS,
    "prospect_stage": STAGES,
    "prospect_source": SOURCES,
    "opportunity_kind": KINDS,
    "opportunity_state": STATES,
    "contact_state": CONTACT_STATES,
    "contact_found": FOUND_BY,
    "plan_slot": SLOTS,
    "brief": BRIEFS,
    "report_section": REPORT_SECTIONS,
    "message": MESSAGES,
    "mailbox": MAILBOXES,
    "mail_security": MAIL_SECURITIES,
    "scope": SCOPES,
    "event": EVENTS,
    "delivery": DELIVERIES,
    "alert_severity": ALERT_SEVERITIES,
    "alert_state": ALERT_STATES,
    "alert_end": ALERT_ENDS,
    "channel": CHANNELS,
    "channel_buttons": BUTTONS,
}
