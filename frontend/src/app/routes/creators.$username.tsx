import { createFileRoute } from "@tanstack/react-router";
import { CreatorPage } from "~/features/sessions/creators/CreatorPage";

export const Route = createFileRoute("/creators/$username")({ component: Creator });

function Creator() {
  const { username } = Route.useParams();
  return <CreatorPage key={username} username={username} />;
}
