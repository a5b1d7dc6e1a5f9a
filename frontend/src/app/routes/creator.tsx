import { createFileRoute } from "@tanstack/react-router";
import { CreatorGate } from "~/features/sessions/own/CreatorGate";
import { needSignIn } from "~/lib/auth/me";

export const Route = createFileRoute("/creator")({ beforeLoad: needSignIn, component: CreatorGate });
