#!/usr/bin/env bash
# What is surprising: the modes of XlsxWriter (`constant_memory`) and openpyxl (`write_only`) that are made for large
#   files hold no rows in memory, but send none either: rows go to temporary files, and the output gets its first byte
#   when the workbook is closed, whatever stream it was given.
# Whom it hurts: exports over HTTP: with a million rows the client sees nothing for minutes, and proxies give up.
# What we do: decision 0021: workbooks are written by `zipfile` of the standard library, straight onto the answer.
# Versions: XlsxWriter 3.3.1, openpyxl 3.1.5.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages xlsxwriter==3.3.1 openpyxl==3.1.5

"$PY" - <<'PY'
import io, sys
import openpyxl, xlsxwriter

ROWS = 20_000

def by_xlsxwriter(output):
    book = xlsxwriter.Workbook(output, {"constant_memory": True})
    sheet = book.add_worksheet()
    for number in range(ROWS):
        sheet.write_row(number, 0, [number, f"Session {number}"])
    return book.close

def by_openpyxl(output):
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for number in range(ROWS):
        sheet.append([number, f"Session {number}"])
    return lambda: book.save(output)

seen = {}
for write in (by_xlsxwriter, by_openpyxl):
    output = io.BytesIO()
    finish = write(output)
    before = output.tell()
    finish()
    seen[write.__name__] = before
    print(f"{write.__name__}: {before} bytes after {ROWS} rows, {len(output.getvalue())} after the end")
if set(seen.values()) != {0}:
    sys.exit(f"Changed: bytes before the end: {seen}")
PY
echo "As described."
