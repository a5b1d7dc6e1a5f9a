import { createFileRoute } from "@tanstack/react-router";
import { HomePage } from "~/features/admin/pages";

export const Route = createFileRoute("/admin/")({ component: () => <HomePage search={Route.useSearch()} /> });
