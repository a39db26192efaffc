"""Word lists and patterns written as text: entries between bars, on as many lines as they need."""


def words(text: str) -> tuple[str, ...]:
    """Return the entries of `one | two | three`, without the spaces around them."""
    entries = (" ".join(entry.split()) for entry in text.split("|"))
    return tuple(entry for entry in entries if entry)


def alternatives(text: str) -> str:
    """Return the entries as a regular expression that takes any of them."""
    return f"(?:{'|'.join(words(text))})"
