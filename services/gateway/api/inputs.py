"""Kinds of input that several routes take."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from shared.inputs import Shape

# One address and nothing else: no list, no display name, no control characters.
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=254,
    ),
    Shape(
        r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
        "Give one e-mail address, such as alice@example.com.",
    ),
    Field(description="One e-mail address.", examples=["alice@example.com"]),
]


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("Remove the control characters.")
    return text


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_printable),
]
Password = Annotated[
    str,
    StringConstraints(min_length=12, max_length=256),
    Field(description="At least 12 characters."),
]
