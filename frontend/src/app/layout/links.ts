import type { LinkProps } from "@tanstack/react-router";
import type { Me } from "~/lib/auth/me";

type NavLink = {
  to: LinkProps["to"];
  text: "explore" | "my_bookings" | "favourites" | "creator" | "creator_bookings" | "admin";
};

const EXPLORE: NavLink = { to: "/", text: "explore" };
const BOOKINGS: NavLink = { to: "/dashboard", text: "my_bookings" };
const FAVOURITES: NavLink = { to: "/favourites", text: "favourites" };
const TEACHING: NavLink[] = [
  { to: "/creator", text: "creator" },
  { to: "/creator/bookings", text: "creator_bookings" },
];

const ADMIN: NavLink = { to: "/admin", text: "admin" };

/** The navigation links for a user's role. */
export function navLinks(me: Me | null | undefined): NavLink[] {
  if (!me) return [EXPLORE];
  const ofRole = me.role === "creator" ? TEACHING : [FAVOURITES];
  return [EXPLORE, BOOKINGS, ...ofRole, ...(me.is_staff ? [ADMIN] : [])];
}
