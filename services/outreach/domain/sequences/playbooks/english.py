"""The texts of the playbooks in English."""

from services.outreach.domain.sequences.playbooks.about import Way
from services.outreach.domain.sequences.playbooks.frame import Frame
from services.outreach.domain.sequences.steps import Step

_FRAME = Frame(
    'Hello {{firstname|fallback:"there"}},',
    """
    Best regards, | {{sender}} | {{site}}

    If you would rather not hear from me, one word back is enough and I will not write again.
    """,
)

STEPS: dict[Way, tuple[Step, ...]] = {
    Way.GUEST_POST: (
        _FRAME.first(
            "A text for {{domain}}: {{topic}}",
            """
            I work for {{site}} and would like to write a text for {{domain}} about
            {{topic}}. {{reason}}

            It would be written for you alone, by a person who knows the subject, and you decide
            about every word and link in it. Shall I send an outline?
            """,
        ),
        _FRAME.reminder(
            5,
            """
            You may have had no time for my idea of a text about {{topic}}. Would an outline of half
            a page help you to decide?
            """,
        ),
    ),
    Way.DIGITAL_PR: (
        _FRAME.first(
            "New figures about {{subject}}",
            """
            {{finding}}

            The figures, and how we came by them, are here: | {{data}}

            You may use them freely if you name {{site}} as the source. I can send the raw
            data, or somebody who answers questions about it.
            """,
        ),
        _FRAME.reminder(
            3,
            """
            Only this once more, in case it fits something that you are working on: our figures about
            {{subject}} are at {{data}}.
            """,
        ),
    ),
    Way.BROKEN_LINK: (
        _FRAME.first(
            "A link on {{domain}} that no longer works",
            """
            On your page | {{page}} | the link {{anchor|fallback:"there"}} to | {{broken}} | leads nowhere
            any more.

            If you look for something in its place: we have {{offer}} at | {{ours}}

            I write for {{site}}, so I am not impartial. The broken link is worth mending
            either way.
            """,
        ),
        _FRAME.reminder(
            5,
            """
            A short reminder of the link on {{page}} that leads nowhere. If somebody else looks
            after that page, may I ask who?
            """,
        ),
    ),
    Way.RESOURCE_PAGE: (
        _FRAME.first(
            "For your list on {{domain}}",
            """
            You keep a list of links at | {{page}}

            We have {{offer}}: | {{ours}} | {{reason}}

            If you find it useful to your readers, would you add it? I work for {{site}}.
            """,
        ),
        _FRAME.reminder(
            7,
            """
            May I ask whether you had a look at {{ours}} for your list? If it does not fit, I am
            glad to know why.
            """,
        ),
    ),
    Way.UNLINKED_MENTION: (
        _FRAME.first(
            "You mention {{site}}",
            """
            Thank you for naming us on | {{page}}

            Would you make the name a link, so that your readers find what you speak of? The fitting
            page is | {{ours}}
            """,
        ),
        _FRAME.reminder(
            7,
            """
            A short reminder of my question about a link on {{page}}. Thank you in any case
            for naming us.
            """,
        ),
    ),
    Way.RECLAIM: (
        _FRAME.first(
            "The link to {{site}} on your page",
            """
            Until lately your page | {{page}} | had a link to | {{ours}}

            It is gone now. Was that on purpose? If it went by accident, for example in a redesign, I
            would be glad if you put it back. If our page no longer fits, tell me what is missing.
            """,
        ),
        _FRAME.reminder(
            5,
            """
            May I ask once more about the link to {{ours}} that is gone from {{page}}? A no is
            fine, too.
            """,
        ),
    ),
}
