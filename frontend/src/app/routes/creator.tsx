import { createFileRoute } from "@tanstack/react-router";
import { CreatorGate } from "~/features/sessions/own/CreatorGate";
import { requireSignIn } from "~/lib/auth/me";

export const Route = createFileRoute("/creator")({ beforeLoad: requireSignIn, component: CreatorGate });
