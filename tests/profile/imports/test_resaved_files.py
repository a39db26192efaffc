"""Every documented export, saved again by a spreadsheet in each of the usual ways, stays itself."""

import csv
import io
import random
from collections.abc import Iterator
from itertools import product

import pytest

from tests.profile.imports.files import DATA, counted, read_all

DELIMITERS = {"ahrefs": "\t", "excel": ";"}
TABLES = sorted(path.name for path in DATA.glob("*.csv"))
DELIMITED = (",", ";", "\t", "|")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252")


def table_of(name: str) -> tuple[list[str], list[list[str]]]:
    """Return the preamble lines and the table of a fixture."""
    content = (DATA / name).read_bytes()
    text = content.decode("utf-16" if content.startswith(b"\xff\xfe") else "utf-8-sig")
    lines = text.splitlines(keepends=True)
    top = next(at for at, line in enumerate(lines) if "," in line or "\t" in line or ";" in line)
    delimiter = DELIMITERS.get(name.split("_", maxsplit=1)[0], ",")
    return lines[:top], list(csv.reader(lines[top:], delimiter=delimiter))


def saved(preamble: list[str], rows: list[list[str]], delimiter: str, newline: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=newline).writerows(rows)
    return "".join(line.rstrip("\r\n") + newline for line in preamble) + out.getvalue()


def variants(name: str) -> Iterator[tuple[str, str, bytes]]:
    preamble, rows = table_of(name)
    for delimiter, encoding, newline in product(DELIMITED, ENCODINGS, ("\n", "\r\n")):
        text = saved(preamble, rows, delimiter, newline)
        try:
            yield delimiter, encoding, text.encode(encoding)
        except UnicodeEncodeError:  # Hebrew cannot be saved as western European
            continue


@pytest.mark.parametrize("name", TABLES)
def test_a_saved_again_export_is_the_same_export(name: str) -> None:
    original, _, _ = read_all((DATA / name).read_bytes())
    for delimiter, encoding, content in variants(name):
        found, counts, _ = read_all(content)
        told = (found.dialect, found.delimiter, found.refused)
        assert told == (original.dialect, delimiter, None), encoding
        assert counts == counted(30), (delimiter, encoding)


@pytest.mark.parametrize("name", TABLES)
def test_rows_that_break_cost_only_themselves(name: str) -> None:
    preamble, rows = table_of(name)
    delimiter = DELIMITERS.get(name.split("_", maxsplit=1)[0], ",")
    broken = sorted(random.Random(name).sample(range(2, 31), 3))
    lines = saved([], rows, delimiter, "\n").splitlines()
    lines[broken[0]] = "only words"
    lines[broken[1]] = lines[broken[1]] + delimiter + "one" + delimiter + "too many"
    lines[broken[2]] = '"' + lines[broken[2]].replace('"', "").replace(delimiter, " ")
    content = "".join(preamble) + "\n".join(lines)
    _, counts, _ = read_all(content.encode())
    assert counts == counted(30, rejected=3)
