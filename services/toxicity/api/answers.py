"""The four answers about a link or its source, as the API gives them."""

from pydantic import BaseModel, Field

from services.toxicity.domain.answers import Answers, Says, answers_json


class AnswerOut(BaseModel):
    """One answer, and what was seen that it rests on."""

    question: str
    says: Says
    sentence: str
    evidence: list[str]


class AnswersOut(BaseModel):
    """Four questions answered apart: one number for all of them would mislead."""

    is_real: AnswerOut = Field(description="Whether somebody runs a site for people there.")
    shows_pattern: AnswerOut = Field(description="What the score says, and only this.")
    passes: AnswerOut = Field(description="Whether search engines count the link at all.")
    is_worth: AnswerOut = Field(description="How well the domain itself is linked.")

    @classmethod
    def of(cls, answers: Answers) -> "AnswersOut":
        return cls.model_validate(answers_json(answers))
