import { createFileRoute } from "@tanstack/react-router";
import { CreatorGate } from "~/features/sessions/own/CreatorGate";
import { needSignIn } from "~/features/users/me";

export const Route = createFileRoute("/creator")({ beforeLoad: needSignIn, component: CreatorGate });
