"""Lists of sold homes from files without a provider: a table with a header, or lines of text.

`rows_of` finds the form and gives every row; `to_model` makes a `Comparable` of one. A row that
cannot be one raises Invalid and is set aside by whoever stores them.
"""

from __future__ import annotations

from brygga.market.files.forms import FileRow, rows_of
from brygga.market.files.rows import to_model

__all__ = ["FileRow", "rows_of", "to_model"]
