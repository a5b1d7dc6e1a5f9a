import { type ClassValue, clsx } from "clsx";

/** Joins class names. Does not resolve conflicting utilities, so give each property only once. */
export function cn(...classes: ClassValue[]): string {
  return clsx(classes);
}
