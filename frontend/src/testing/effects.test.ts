import ts from "typescript";
import { describe, expect, it } from "vitest";
import { type Finding, findIn, findingAt, modulesWith, parse } from "./sources";

/**
 * Effects that return what they call. React calls the value of an effect as its cleanup, and a browser may begin to return
 * one where it returned nothing, as Chromium did: scrollIntoView returns a promise.
 */
function effectsWithValue(tree: ts.SourceFile): Finding[] {
  const found: Finding[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^use(Layout|Insertion)?Effect$/.test(node.expression.getText())) {
      const [effect] = node.arguments;
      if (effect && ts.isArrowFunction(effect) && ts.isCallExpression(effect.body))
        found.push(findingAt(node));
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

describe("an effect", () => {
  it("returns a cleanup or nothing, never what it calls", () => {
    const modules = modulesWith("Effect(");
    expect(modules.length).toBeGreaterThan(30);
    expect(findIn(modules, effectsWithValue)).toEqual([]);
  });

  it.each([
    ["useEffect(() => line.current?.scrollIntoView(), []);", 1],
    ["useLayoutEffect(() => show(text), [text]);", 1],
    ["useEffect(() => void show(text), [text]);", 0],
    ["useEffect(() => () => hide(), []);", 0],
    ["useEffect(() => { show(text); }, [text]);", 0],
  ])("is judged by its body: %s", (source, count) => {
    expect(effectsWithValue(parse(source))).toHaveLength(count);
  });
});
