"""Multipart bodies as streams: cut anywhere, the files that come out are the same."""

import itertools
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import InvalidError
from shared.problems import ProblemError
from shared.upload import FormReader

CONTENT_TYPE = "multipart/form-data; boundary=xyz"


def a_form(*parts: tuple[str, str | None, bytes]) -> bytes:
    body = b""
    for name, file_name, content in parts:
        disposition = f'form-data; name="{name}"'
        if file_name is not None:
            disposition += f'; filename="{file_name}"'
        head = f"--xyz\r\nContent-Disposition: {disposition}\r\nContent-Type: text/csv\r\n\r\n"
        body += head.encode() + content + b"\r\n"
    return body + b"--xyz--\r\n"


async def read(body: bytes, cuts: set[int]) -> tuple[list[tuple[str, bytes]], dict[str, str]]:
    places = [0, *sorted(cut for cut in cuts if cut < len(body)), len(body)]

    async def stream() -> AsyncIterator[bytes]:
        for start, end in itertools.pairwise(places):
            yield body[start:end]

    form = FormReader(CONTENT_TYPE)
    files: list[tuple[str, bytes]] = []
    async for piece in form.pieces(stream()):
        if piece.file_name is not None:
            files.append((piece.file_name, b""))
        name, content = files[-1]
        files[-1] = (name, content + piece.body)
    return files, form.fields


@settings(max_examples=150, deadline=None)
@given(st.sets(st.integers(1, 500), max_size=40))
async def test_a_form_means_the_same_wherever_the_network_cuts_it(cuts: set[int]) -> None:
    body = a_form(
        ("file", "a.csv", b"one\r\n--xy\r\ntwo"),
        ("dry_run", None, b"true"),
        ("file", "b.csv", b"\xff\xfe\x00" * 20),
    )
    files, fields = await read(body, cuts)
    assert files == [("a.csv", b"one\r\n--xy\r\ntwo"), ("b.csv", b"\xff\xfe\x00" * 20)]
    assert fields == {"dry_run": "true"}


async def test_a_path_in_a_file_name_is_dropped() -> None:
    files, _ = await read(a_form(("file", "C:/Users/x/links.csv", b"")), set())
    assert files == [("links.csv", b"")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--xyz",
        b"no form",
        a_form(("file", "a", b"x"))[:-9],
        a_form(("f", None, b"x" * 20_000)),
    ],
)
async def test_a_form_that_is_broken_or_too_long_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidError):
        await read(body, set())


@pytest.mark.parametrize("content_type", ["", "text/csv", "multipart/form-data"])
def test_a_body_that_is_no_form_is_refused(content_type: str) -> None:
    with pytest.raises(ProblemError) as refused:
        FormReader(content_type)
    assert refused.value.status == 415
