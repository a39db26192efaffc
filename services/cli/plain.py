"""Text of others on a terminal."""


def plain(text: str) -> str:
    """Return text of a file without anything that would steer a terminal."""
    return "".join(char for char in text if char.isprintable())
