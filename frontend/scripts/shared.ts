import type { Rolldown } from "vite";

type Context = { getModuleInfo(id: string): Rolldown.ModuleInfo | null };

/** Matches our modules that every one of `roots` imports, and those of `others`, for a chunk group. */
export function sharedBy(roots: string[], name: string, others: RegExp) {
  const reached = new Map<string, Set<string>>();

  function from(root: string, context: Context): Set<string> {
    const known = reached.get(root);
    if (known) return known;
    const found = new Set<string>();
    const open = [root];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (found.has(id) || id.includes("/node_modules/")) continue;
      found.add(id);
      open.push(...(context.getModuleInfo(id)?.importedIds ?? []));
    }
    reached.set(root, found);
    return found;
  }

  return (id: string, context: Context): string | null =>
    others.test(id) || roots.every((root) => from(root, context).has(id)) ? name : null;
}
