/**
 * Comma-separated values (RFC 4180), with a byte order mark for spreadsheets that need it to detect UTF-8. The server's
 * `CsvFile` writes the same, which a fixture verifies.
 */
export function toCsv(rows: (string | number)[][]): string {
  const lines = rows.map((row) =>
    row.map((cell) => (typeof cell === "number" ? cell : quoteCell(cell))).join(","),
  );
  return `\uFEFF${lines.join("\r\n")}\r\n`;
}

/**
 * Quotes a cell. Prefixes cells that a spreadsheet would run as a formula with an apostrophe (OWASP, "CSV Injection");
 * full-width characters count too, because some spreadsheets normalize them.
 */
function quoteCell(cell: string): string {
  const escaped = /^[=+\-@\t\r\n＝＋－＠]/.test(cell) ? `'${cell}` : cell;
  return `"${escaped.replaceAll('"', '""')}"`;
}

/** Saves text as a file through the browser. */
export function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
