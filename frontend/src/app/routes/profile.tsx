import { createFileRoute } from "@tanstack/react-router";
import { ProfilePage } from "~/features/users/profile/ProfilePage";
import { requireSignIn } from "~/lib/auth/me";

export const Route = createFileRoute("/profile")({ beforeLoad: requireSignIn, component: ProfilePage });
