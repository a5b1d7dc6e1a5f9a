import { useMutation } from "@tanstack/react-query";
import { api, unwrap } from "~/lib/api/client";
import { isProblem } from "~/lib/api/problem";
import { queryClient } from "~/lib/api/queryClient";
import { meQuery } from "./me";

/** Turns a learner's account into a creator's. An account that already is one counts as done. */
export function useBecomeCreator(onDone: () => void) {
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/auth/become-creator")),
    onSuccess: (me) => {
      queryClient.setQueryData(meQuery.queryKey, me);
      onDone();
    },
    onError: (error) => isProblem(error, "illegal_transition") && queryClient.invalidateQueries(meQuery),
  });
}
