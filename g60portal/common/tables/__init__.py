"""Tables that come in as files and go out as streams, without knowing what they mean.

`reading` opens uploads, `copying` streams a query, `json_lines` and `xlsx` write what it copied.
"""

from g60portal.common.tables.cells import Cell, Merge, Sheet
from g60portal.common.tables.copying import copy_stream, guarded
from g60portal.common.tables.json_lines import json_lines
from g60portal.common.tables.limits import TableRefused
from g60portal.common.tables.reading import read_table
from g60portal.common.tables.xlsx import copied_xlsx, stream_xlsx

__all__ = [
    "Cell",
    "Merge",
    "Sheet",
    "TableRefused",
    "copied_xlsx",
    "copy_stream",
    "guarded",
    "json_lines",
    "read_table",
    "stream_xlsx",
]
