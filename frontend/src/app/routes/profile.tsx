import { createFileRoute } from "@tanstack/react-router";
import { ProfilePage } from "~/features/users/profile/ProfilePage";
import { needSignIn } from "~/lib/auth/me";

export const Route = createFileRoute("/profile")({ beforeLoad: needSignIn, component: ProfilePage });
