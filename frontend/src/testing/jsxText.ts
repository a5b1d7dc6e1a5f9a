/**
 * Finds text in JSX that a translated page breaks. Translators replace text nodes by elements of their own: React then
 * throws when it removes such a text, or inserts something before it, and text that changes stays as it was. A text that
 * is the only child of its element is safe, since React replaces the content of the element as a whole.
 */
import ts from "typescript";
import { type Finding, findingAt } from "./sources";

type Child = ts.Expression | ts.JsxChild;

/** Text next to siblings, unless it is constant and its siblings neither come nor go. In a fragment, any text. */
export function bareTexts(tree: ts.SourceFile): Finding[] {
  const names = elementNames(tree);
  const found: Finding[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isJsxElement(node) || ts.isJsxFragment(node)) check(node);
    ts.forEachChild(node, visit);
  };
  const check = (parent: ts.JsxElement | ts.JsxFragment): void => {
    const children = parent.children.flatMap(childOf).filter((child) => !isBlank(child));
    const isShared = ts.isJsxFragment(parent);
    const texts = children.filter((child) => !isElement(child, names));
    const isStill = children.every((child) => isJsx(child) || isConstant(child));
    if ((children.length < 2 && !isShared) || (isStill && !isShared)) return;
    for (const text of texts) {
      found.push(findingAt(text));
    }
  };
  visit(tree);
  return found;
}

function childOf(child: ts.JsxChild): Child[] {
  if (!ts.isJsxExpression(child)) return [child];
  return child.expression ? [child.expression] : [];
}

function isBlank(child: Child): boolean {
  return (ts.isJsxText(child) || ts.isStringLiteral(child)) && child.text.trim() === "";
}

/** An element that is always there. */
function isJsx(node: Child): boolean {
  return ts.isParenthesizedExpression(node)
    ? isJsx(node.expression)
    : ts.isJsxElement(node) || ts.isJsxSelfClosingElement(node);
}

/** Text that never changes: literal, or a text without values. */
function isConstant(node: Child): boolean {
  if (ts.isJsxText(node) || ts.isStringLiteral(node)) return true;
  const [key] = ts.isCallExpression(node) && node.arguments.length === 1 ? node.arguments : [];
  return key !== undefined && ts.isStringLiteral(key);
}

/** Certainly elements, or nothing. */
function isElement(node: Child, names: Set<string>): boolean {
  const also = (...parts: ts.Expression[]) => parts.every((part) => isElement(part, names));
  if (isJsx(node) || ts.isJsxFragment(node)) return true;
  if (node.kind === ts.SyntaxKind.NullKeyword || node.kind === ts.SyntaxKind.FalseKeyword) return true;
  if (ts.isIdentifier(node)) return names.has(node.text);
  if (ts.isParenthesizedExpression(node)) return also(node.expression);
  if (ts.isConditionalExpression(node)) return also(node.whenTrue, node.whenFalse);
  if (ts.isBinaryExpression(node)) {
    const isAnd = node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken;
    return isAnd ? also(node.right) : also(node.left, node.right);
  }
  if (!ts.isCallExpression(node)) return false;
  if (ts.isIdentifier(node.expression)) return names.has(node.expression.text);
  const render = node.arguments.at(-1);
  const isList =
    ts.isPropertyAccessExpression(node.expression) && /^(map|from)$/.test(node.expression.name.text);
  return isList && render !== undefined && returnsElement(render, names);
}

function returnsElement(node: ts.Node, names: Set<string>): boolean {
  if (!ts.isArrowFunction(node) && !ts.isFunctionDeclaration(node)) return false;
  if (node.body && !ts.isBlock(node.body)) return isElement(node.body, names);
  const returned = node.body?.statements.filter(ts.isReturnStatement) ?? [];
  return (
    returned.length > 0 && returned.every(({ expression }) => !expression || isElement(expression, names))
  );
}

/** Names in a file that are elements: by their type `ReactElement`, or by what is assigned to them. */
function elementNames(tree: ts.SourceFile): Set<string> {
  const names = new Set(["undefined"]);
  const visit = (node: ts.Node): void => {
    if (ts.isPropertySignature(node) && /\bReactElement\b/.test(node.type?.getText() ?? "")) {
      names.add(node.name.getText());
    }
    if (ts.isVariableDeclaration(node) && node.initializer) {
      const value = node.initializer;
      if (isElement(value, names) || returnsElement(value, names)) names.add(node.name.getText());
    }
    if (ts.isFunctionDeclaration(node) && node.name && returnsElement(node, names)) names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return names;
}

/** Fields that people fill in, in any language. */
const TYPED =
  /(^|\.)(title|description|username|first_name|last_name|reason|note|message|bring|audience|place|address|bio|alt)$/;
const NAME = /^displayName\(/;

/** People's text whose element does not let its direction follow it: `<bdi>`, or `dir="auto"`. */
export function textsWithoutDirection(tree: ts.SourceFile): Finding[] {
  const found: Finding[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isJsxExpression(node) && node.expression && ts.isJsxElement(node.parent)) {
      const parts = shownParts(node.expression).filter((part) => {
        const text = part.getText().replaceAll("?.", ".");
        return NAME.test(text) || (ts.isPropertyAccessExpression(part) && TYPED.test(text));
      });
      const { tagName, attributes } = node.parent.openingElement;
      const hasDirection =
        tagName.getText() === "bdi" || attributes.properties.some((each) => each.name?.getText() === "dir");
      const [part] = parts;
      if (part && !hasDirection) found.push(findingAt(part));
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** What an expression may show: both sides of `a ?? b`, of a condition, and so on. */
function shownParts(node: ts.Expression): ts.Expression[] {
  if (ts.isParenthesizedExpression(node)) return shownParts(node.expression);
  if (ts.isConditionalExpression(node)) return [...shownParts(node.whenTrue), ...shownParts(node.whenFalse)];
  if (!ts.isBinaryExpression(node)) return [node];
  const isAnd = node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken;
  return [...(isAnd ? [] : shownParts(node.left)), ...shownParts(node.right)];
}
