/** Part of a line: text, or a link. */
export type Piece = { text: string; href?: string };

const LINK = /https?:\/\/[^\s<>"'`]+/gi;

/** Splits plain text into paragraphs, lines and pieces. Nothing is interpreted as HTML. */
export function toParagraphs(text: string): Piece[][][] {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter(Boolean)
    .map((paragraph) => paragraph.split("\n").map(toPieces));
}

/** Splits a line into text and links. Only complete http and https URLs become links, without trailing punctuation. */
export function toPieces(line: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of line.matchAll(LINK)) {
    const address = trimmed(match[0]);
    const href = parseLink(address);
    if (!href) continue;
    if (match.index > end) pieces.push({ text: line.slice(end, match.index) });
    pieces.push({ text: address, href });
    end = match.index + address.length;
  }
  if (end < line.length) pieces.push({ text: line.slice(end) });
  return pieces;
}

/** Strips trailing punctuation, and a closing bracket whose opening one is before the URL. */
function trimmed(address: string): string {
  let link = address.replace(/[.,;:!?…]+$/, "");
  while (link.endsWith(")") && count(link, ")") > count(link, "(")) {
    link = link.slice(0, -1).replace(/[.,;:!?…]+$/, "");
  }
  return link;
}

function count(text: string, sign: string): number {
  return text.split(sign).length - 1;
}

function parseLink(text: string): string | undefined {
  try {
    const url = new URL(text);
    const isPlain = /^https?:$/.test(url.protocol) && url.hostname.includes(".") && !url.username;
    return isPlain ? url.href : undefined;
  } catch {
    return undefined;
  }
}
