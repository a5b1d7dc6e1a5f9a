import type { LinkProps } from "@tanstack/react-router";
import type { Me } from "~/lib/auth/me";

type Place = { to: LinkProps["to"]; text: "explore" | "my_bookings" | "creator" | "creator_bookings" };

const EXPLORE: Place = { to: "/", text: "explore" };
const BOOKINGS: Place = { to: "/dashboard", text: "my_bookings" };
const TEACHING: Place[] = [
  { to: "/creator", text: "creator" },
  { to: "/creator/bookings", text: "creator_bookings" },
];

/** Where this person may go, by who they are. */
export function placesOf(me: Me | null | undefined): Place[] {
  if (!me) return [EXPLORE];
  return [EXPLORE, BOOKINGS, ...(me.role === "creator" ? TEACHING : [])];
}
