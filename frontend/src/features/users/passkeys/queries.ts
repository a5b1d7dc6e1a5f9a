import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";

export const passkeysQuery = queryOptions({
  queryKey: queryKeys.passkeys,
  queryFn: () => unwrap(api.GET("/api/auth/passkeys")),
});
