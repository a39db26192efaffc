"""The work list: what each service counts of what waits for a person, and the words for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from pydantic import BaseModel

from shared.vocabulary import Todo

MOST = 1_000
"""As far as things of one kind are counted on one site."""
MOST_SITES = 1_000


class Waiting(BaseModel):
    """How many things of one kind wait on one site."""

    kind: Todo
    site_id: UUID
    domain: str
    count: int


@dataclass(frozen=True, slots=True)
class TodoWords:
    """What a person reads: of one, of many, what to do, and where in the console."""

    one: str
    many: str
    todo: str
    place: str

    def sentence(self, count: int) -> str:
        """Say how many there are."""
        if count > MOST:
            return f"More than {MOST:,} {self.many}."
        return f"1 {self.one}." if count == 1 else f"{count:,} {self.many}."


WORDS: Mapping[Todo, TodoWords] = {
    Todo.URGENT_ALERT: TodoWords(
        "urgent alert is open",
        "urgent alerts are open",
        "Read, and acknowledge what is taken care of.",
        "alerts",
    ),
    Todo.TARGET_BROKEN: TodoWords(
        "page of yours that has links does not answer",
        "pages of yours that have links do not answer",
        "Bring back what is gone, or redirect its address.",
        "redirects",
    ),
    Todo.OFF_CONTRACT: TodoWords(
        "link is not as agreed",
        "links are not as agreed",
        "Write to whoever promised; the evidence is with each link.",
        "links?contract_state=mismatched",
    ),
    Todo.MESSAGE_IN_DOUBT: TodoWords(
        "message may have been sent or not",
        "messages may have been sent or not",
        "Look into the Sent folder of the mailbox, and say what you found.",
        "approvals?state=in_doubt",
    ),
    Todo.MAIL_STUCK: TodoWords(
        "approved message waits for a mailbox that is paused or not checked",
        "approved messages wait for mailboxes that are paused or not checked",
        "See what is wrong with the mailbox, and set it to work again.",
        "mailboxes",
    ),
    Todo.MESSAGE_APPROVAL: TodoWords(
        "message waits for your approval",
        "messages wait for your approval",
        "Read each, and let it go out or not.",
        "approvals",
    ),
    Todo.PAYMENT_OVERDUE: TodoWords(
        "payment should have been made by now",
        "payments should have been made by now",
        "Pay, or say what became of it.",
        "owed?state=overdue",
    ),
    Todo.EXCHANGE_BROKEN: TodoWords(
        "link that you owe is not there, or not as agreed",
        "links that you owe are not there, or not as agreed",
        "Put it on your page, or agree on something else.",
        "exchanges?state=missing,different",
    ),
    Todo.PLACEMENT_OVERDUE: TodoWords(
        "promised link should be there by now",
        "promised links should be there by now",
        "Ask for what was promised.",
        "placements",
    ),
    Todo.PLACEMENT_EXPIRING: TodoWords(
        "agreement ends within a week",
        "agreements end within a week",
        "Renew, or let go.",
        "placements",
    ),
    Todo.PAYMENT_DUE: TodoWords(
        "payment is due within a week",
        "payments are due within a week",
        "See what for, and whether the link is as agreed, before you pay.",
        "owed?state=due",
    ),
    Todo.RECOVERY: TodoWords(
        "link may be won back",
        "links may be won back",
        "Begin with the first: the list is in order of what it is worth.",
        "recoveries",
    ),
    Todo.REVIEW: TodoWords(
        "link waits for your decision",
        "links wait for your decision",
        "Keep, ask for removal, or disavow; nothing happens by itself.",
        "reviews",
    ),
    Todo.OPPORTUNITY: TodoWords(
        "way to a link on a page of others lies open",
        "ways to a link on pages of others lie open",
        "Look at what was seen, and accept or dismiss each; nobody is written to by that.",
        "opportunities",
    ),
    Todo.LINK_CHANGED: TodoWords(
        "link is otherwise than it was",
        "links are otherwise than they were",
        "Take over what may stay so.",
        "links?status=changed",
    ),
}
