"""Unfolds a sheet of the spreadsheet on its standard input, in a process of its own.

A small spreadsheet can ask for more memory than there is, and the reader of old formats may fail in ways from which
a process does not recover. So it works here, under the limits that its caller gives it, and what it
finds comes out line by line as JSON: first what there is, then the rows.

    python -I unfold.py <bytes of memory> <seconds of work> <answers> < file

Where several visible sheets hold something it first shows how each begins, and reads the one whose number comes back
on the file descriptor `answers`: which of them is the table, its caller knows by the names of the columns.

Imports nothing of the platform: it starts in a twentieth of a second.
"""

import json
import os
import resource
import sys
from datetime import date, datetime, time
from itertools import islice

import python_calamine

#: How much is shown of a workbook to choose a sheet by.
MOST_SHEETS, ROWS_TO_SHOW, MOST_COLUMNS, LONGEST_NAME = 60, 12, 200, 200


def main() -> None:
    memory, seconds, answers = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        _unfold(answers)
    except python_calamine.PasswordError:
        _say({"problem": "password"})
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        _say({"problem": "damaged", "error": str(error)[:200]})


def _unfold(answers: int) -> None:
    # The place in the file is shared with who opened it, and is wherever their buffer has read to.
    sys.stdin.buffer.seek(0)
    with python_calamine.CalamineWorkbook.from_filelike(sys.stdin.buffer) as book:
        # One of them is held at a time, because two large ones may be more than there is room for.
        first = None
        begin: dict[str, list] = {}
        for name in _visible(book):
            sheet = book.get_sheet_by_name(name)
            if sheet.end is None:
                continue
            begin[name] = _beginning(sheet) if len(begin) < MOST_SHEETS else []
            first = first or sheet
        if first is None:
            _say({"problem": "empty", "hidden": len(_visible(book)) < len(book.sheets_metadata)})
            return
        sheet = first if len(begin) == 1 else _chosen(book, first, begin, answers)
        others = [name for name in begin if name != sheet.name]
        _say({"sheet": sheet.name, "others": others, "place": sheet.start[1], "rows": sheet.end[0] + 1})
        for row in sheet.iter_rows():
            _say([_plain(cell) for cell in row])


def _visible(book) -> list[str]:
    return [
        data.name
        for data in book.sheets_metadata
        if data.visible == python_calamine.SheetVisibleEnum.Visible
        and data.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]


def _chosen(book, first, begin: dict[str, list], answers: int):
    _say({"begin": list(begin.values())})
    sys.stdout.buffer.flush()
    name = list(begin)[int(os.read(answers, 8))]
    return first if name == first.name else book.get_sheet_by_name(name)


def _beginning(sheet) -> list[list]:
    """Enough of a sheet to see whether it is a table."""
    return [
        [str(_plain(cell))[:LONGEST_NAME] for cell in row[:MOST_COLUMNS]]
        for row in islice(sheet.iter_rows(), ROWS_TO_SHOW)
    ]


def _plain(cell):
    """What JSON can hold; days as people write them."""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return cell if isinstance(cell, str | int | float | bool) else str(cell)


def _say(what) -> None:
    # Half a surrogate pair is no text; it comes as a question mark, and a check finds it.
    sys.stdout.buffer.write(json.dumps(what, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


if __name__ == "__main__":
    main()
