import { createFileRoute } from "@tanstack/react-router";

export const Route = createFileRoute("/creator/bookings")({ component: () => <h1>creator/bookings</h1> });
