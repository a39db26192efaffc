"""How a message of a playbook is put together."""

from dataclasses import dataclass

from services.outreach.domain.sequences.steps import Step, Thread


@dataclass(frozen=True, slots=True)
class Frame:
    """How every message of a language begins and ends."""

    hello: str
    goodbye: str

    def first(self, subject: str, body: str) -> Step:
        """Return the message that begins the conversation."""
        return Step(
            step_no=1, delay_days=0, thread=Thread.NEW, subject=subject, body=self._whole(body)
        )

    def reminder(self, delay_days: int, body: str) -> Step:
        """Return the second message: in the same thread, so many business days later."""
        return Step(
            step_no=2,
            delay_days=delay_days,
            thread=Thread.REPLY,
            subject="",
            body=self._whole(body),
        )

    def _whole(self, body: str) -> str:
        return "\n\n".join(map(_paragraphs, (self.hello, body, self.goodbye)))


def _paragraphs(text: str) -> str:
    """Join the lines of each paragraph: the reader's program wraps them; ` | ` ends a line."""
    paragraphs = [" ".join(part.split()) for part in text.strip().split("\n\n")]
    return "\n\n".join(one.replace(" | ", "\n") for one in paragraphs)
