import { createFileRoute } from "@tanstack/react-router";

export const Route = createFileRoute("/creator/")({ component: () => <h1>creator/</h1> });
