import { createFileRoute } from "@tanstack/react-router";
import { FavouritesPage } from "~/features/sessions/favourites/FavouritesPage";
import { requireSignIn } from "~/lib/auth/me";

export const Route = createFileRoute("/favourites")({ beforeLoad: requireSignIn, component: FavouritesPage });
