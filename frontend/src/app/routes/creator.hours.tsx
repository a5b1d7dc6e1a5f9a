import { createFileRoute } from "@tanstack/react-router";
import { HoursPage } from "~/features/sessions/own/HoursPage";

export const Route = createFileRoute("/creator/hours")({ component: HoursPage });
