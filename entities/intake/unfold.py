"""Unfolds the first filled sheet of the spreadsheet on its standard input, in a process of its own.

A small spreadsheet can ask for more memory than there is, and the reader of old formats may fail in ways from which
a process does not recover. So it works here, under the limits that its caller gives it, and what it
finds comes out line by line as JSON: first what there is, then the rows.

    python -I unfold.py <bytes of memory> <seconds of work> < file

Imports nothing of the platform: it starts in a twentieth of a second.
"""

import json
import resource
import sys
from datetime import date, datetime, time

import python_calamine


def main() -> None:
    memory, seconds = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        _unfold()
    except python_calamine.PasswordError:
        _say({"problem": "password"})
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        _say({"problem": "damaged", "error": str(error)[:200]})


def _unfold() -> None:
    # The place in the file is shared with who opened it, and is wherever their buffer has read to.
    sys.stdin.buffer.seek(0)
    with python_calamine.CalamineWorkbook.from_filelike(sys.stdin.buffer) as book:
        shown = [
            data.name
            for data in book.sheets_metadata
            if data.visible == python_calamine.SheetVisibleEnum.Visible
            and data.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        first, others = None, []
        for name in shown:
            sheet = book.get_sheet_by_name(name)
            if sheet.end is None:
                continue
            if first is None:
                first = sheet
            else:
                others.append(name)
        if first is None:
            _say({"problem": "empty"})
            return
        _say({"sheet": first.name, "others": others, "place": first.start[1], "rows": first.end[0] + 1})
        for row in first.iter_rows():
            _say([_plain(cell) for cell in row])


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
