import { type ClassValue, clsx } from "clsx";

/** Class names in one string. Of two of a kind the stylesheet's order decides, so give each only once. */
export function cn(...classes: ClassValue[]): string {
  return clsx(classes);
}
