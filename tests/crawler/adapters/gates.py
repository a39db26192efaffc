"""A gate that lets everything pass and remembers it."""

from services.crawler.domain.pace import Answer
from shared.vocabulary import Reason


class OpenGate:
    """Lets every request pass, except to the URLs in `closed`."""

    def __init__(self, closed: dict[str, Reason] | None = None) -> None:
        self.closed = closed or {}
        self.entered: list[str] = []
        self.answers: list[tuple[str, Answer]] = []

    async def enter(self, url: str) -> Reason | None:
        self.entered.append(url)
        return self.closed.get(url)

    async def leave(self, url: str, answer: Answer | None) -> None:
        if answer is not None:
            self.answers.append((url, answer))
