import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import type { Destination } from "./suggestions";

/** Opens what a suggestion leads to. */
export function useOpenSuggestion(): (destination: Destination) => void {
  const navigate = useNavigate();
  return useCallback(
    (destination) => {
      if ("session" in destination)
        void navigate({ to: "/sessions/$id", params: { id: destination.session } });
      else if ("creator" in destination)
        void navigate({ to: "/creators/$username", params: { username: destination.creator } });
      else void navigate({ to: "/", search: destination.search });
    },
    [navigate],
  );
}
