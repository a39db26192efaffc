"""docs/toxicity.md shows the weights that the code uses: `python -m tests.toxicity.test_published_weights`."""

from pathlib import Path

from services.toxicity.domain.weights import CAPS, FAMILY_WORDS, MODEL, PRIOR, WEIGHTS

PAGE = Path(__file__).parents[2] / "docs" / "toxicity.md"
BEGIN, END = "<!-- weights -->", "<!-- end of weights -->"


def tables() -> str:
    """Return the part of the page that is made from the code."""
    lines = [BEGIN, "", f"Model `{MODEL}`. Every link starts at {PRIOR}.", ""]
    lines += ["| family | what it is | least | most |", "|---|---|---:|---:|"]
    for family, (low, high) in CAPS.items():
        lines.append(f"| {family} | {FAMILY_WORDS[family]} | {low:+d} | {high:+d} |")
    lines += ["", "| finding | family | weight | in words | policy section | ground |"]
    lines.append("|---|---|---:|---|---|---|")
    lines += [
        f"| `{one.code}` | {one.family} | {one.milli:+d} | {one.short} | {one.clause} | {one.source} |"
        for one in WEIGHTS
    ]
    return "\n".join([*lines, "", END])


def shown(page: str) -> str:
    return page[page.index(BEGIN) : page.index(END) + len(END)]


def test_the_page_shows_the_weights_of_the_code() -> None:
    assert shown(PAGE.read_text(encoding="utf-8")) == tables()


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(text.replace(shown(text), tables()), encoding="utf-8")
