const CLOCK = /^(\d{1,2})(?:[:.h ]?(\d{2}))?\s*([ap])?\.?(?:m\.?)?$/i;

/** Reads a typed time as "HH:MM": "18:30", "1830", "18.30", "6:30 pm", "9"; `null` if it is none. */
export function readClock(text: string): string | null {
  const [, hour, minute = "00", half] = CLOCK.exec(text.trim()) ?? [];
  if (hour === undefined || Number(minute) > 59) return null;
  const typed = Number(hour);
  if (half !== undefined && (typed < 1 || typed > 12)) return null;
  const hours = half === undefined ? typed : (typed % 12) + (half.toLowerCase() === "p" ? 12 : 0);
  return hours > 23 ? null : `${String(hours).padStart(2, "0")}:${minute}`;
}
