/** A table as comma-separated values (RFC 4180), with a mark of UTF-8 for spreadsheets that need one. */
export function toCsv(rows: (string | number)[][]): string {
  const lines = rows.map((row) => row.map((cell) => quoteCell(String(cell))).join(","));
  return `\uFEFF${lines.join("\r\n")}\r\n`;
}

/**
 * A cell that a spreadsheet would take for a formula is given an apostrophe in front, so that it shows as text
 * (OWASP, "CSV Injection"); full-width signs count too, for some spreadsheets fold them.
 */
function quoteCell(cell: string): string {
  const escaped = /^[=+\-@\t\r\n＝＋－＠]/.test(cell) ? `'${cell}` : cell;
  return `"${escaped.replaceAll('"', '""')}"`;
}

/** Lets the browser save a text as a file. */
export function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
