import { createFileRoute } from "@tanstack/react-router";
import { needSignIn } from "~/features/users/me";
import { ProfilePage } from "~/features/users/profile/ProfilePage";

export const Route = createFileRoute("/profile")({ beforeLoad: needSignIn, component: ProfilePage });
