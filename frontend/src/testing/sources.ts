import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";

const SOURCE = new URL("../", import.meta.url);

export type Finding = { line: number; text: string };

export function parse(source: string): ts.SourceFile {
  return ts.createSourceFile("file.tsx", source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
}

/** The modules of the application, tests aside, whose text contains `word`. */
export function modulesWith(word: string): (readonly [file: string, tree: ts.SourceFile])[] {
  return readdirSync(SOURCE, { recursive: true })
    .map(String)
    .filter((file) => /\.tsx?$/.test(file) && !file.includes(".test."))
    .map((file) => [file, readFileSync(new URL(file, SOURCE), "utf8")] as const)
    .filter(([, source]) => source.includes(word))
    .map(([file, source]) => [file, parse(source)] as const);
}

export function findingAt(node: ts.Node): Finding {
  const { line } = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart());
  return { line: line + 1, text: node.getText().trim() };
}

/** What `find` finds in these modules, with file and line. */
export function findIn(
  modules: ReturnType<typeof modulesWith>,
  find: (tree: ts.SourceFile) => Finding[],
): string[] {
  return modules.flatMap(([file, tree]) => find(tree).map(({ line, text }) => `${file}:${line} ${text}`));
}
