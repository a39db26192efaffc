"""Reads the exports of other backlink tools: what is it, and what does each row claim.

`detect(head, file_name)` looks at the first bytes; `read(chunks, detection, site_hosts)` streams
the rows. A file of any size is read in constant memory, and a bad row never stops the file.
"""

from services.profile.domain.imports.counts import Counts, count_rows
from services.profile.domain.imports.detect import HEAD_BYTES, detect
from services.profile.domain.imports.parts import Part, detect_part, part_of, parts_of
from services.profile.domain.imports.preview import Preview, preview
from services.profile.domain.imports.reader import read
from services.profile.domain.imports.remapping import check_fields, remap
from services.profile.domain.imports.rows import (
    DateOrder,
    Detection,
    Dialect,
    DomainRow,
    LinkColumns,
    LinkRow,
    OwnRow,
    Row,
    RowError,
    columns_of,
    key_of,
)
from services.profile.domain.imports.targets import TargetRow, lists_own_pages, read_targets

__all__ = [
    "HEAD_BYTES",
    "Counts",
    "DateOrder",
    "Detection",
    "Dialect",
    "DomainRow",
    "LinkColumns",
    "LinkRow",
    "OwnRow",
    "Part",
    "Preview",
    "Row",
    "RowError",
    "TargetRow",
    "check_fields",
    "columns_of",
    "count_rows",
    "detect",
    "detect_part",
    "key_of",
    "lists_own_pages",
    "part_of",
    "parts_of",
    "preview",
    "read",
    "read_targets",
    "remap",
]
