"""Texts of strangers in files that spreadsheets open: no cell may run as a formula; pure."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", " ", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_MARK = "'"


def harmless(cell: str) -> str:
    """Keep a spreadsheet from running a cell that somebody else wrote (ASVS 1.2.10)."""
    return f"{_MARK}{cell}" if cell.startswith((*_FORMULA, _MARK)) else cell


def as_written(cell: str) -> str:
    """Return what a cell was before `harmless`."""
    return cell[1:] if cell.startswith(_MARK) and cell[1:].startswith((*_FORMULA, _MARK)) else cell
