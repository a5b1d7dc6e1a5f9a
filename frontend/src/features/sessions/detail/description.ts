/** A piece of a line: text, or an address to be a link. */
export type Piece = { text: string; href?: string };

const LINK = /https?:\/\/[^\s<>"'`]+/gi;

/** The paragraphs of a plain text, each its lines in pieces. Nothing of it is ever taken for HTML. */
export function toParagraphs(text: string): Piece[][][] {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter(Boolean)
    .map((paragraph) => paragraph.split("\n").map(toPieces));
}

/** A line as text and links. Only whole http and https addresses become links; what ends a sentence stays outside. */
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

/** Without the punctuation after it, and without a bracket that was opened before it. */
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
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url && /^https?:$/.test(url.protocol) && url.hostname.includes(".") && !url.username;
  return isPlain ? url.href : undefined;
}
