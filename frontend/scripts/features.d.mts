export function featuresOfCode(source: string): Iterable<string>;
export function featuresOfStyles(css: string): string[];
