import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";

/** Whether two-step sign-in is on. */
export const secondFactorQuery = queryOptions({
  queryKey: queryKeys.secondFactor,
  queryFn: () => unwrap(api.GET("/api/auth/second-factor")),
});
