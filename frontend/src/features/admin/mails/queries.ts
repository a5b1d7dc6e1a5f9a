import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap, unwrapPage } from "~/lib/api/client";
import { adminKeys } from "../queryKeys";

export type Mail = Schema<"MailRecordOut">;

/** Whose mail, about which booking, or which of all that was not sent. */
export type MailsOf = { user: string } | { booking: string } | { unsent: "held" | "failed" };

const PAGE = 10;

/** Mail of the staff's choice: see the API for the order. */
export function mailsQuery(of: MailsOf) {
  return infiniteQueryOptions({
    queryKey: adminKeys.mails(of),
    queryFn: ({ pageParam, signal }) =>
      unwrapPage(
        api.GET("/api/admin/messages", {
          params: { query: { ...of, limit: PAGE, cursor: pageParam ?? undefined } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    staleTime: 0,
  });
}

export function retryMail(id: string, reason: string): Promise<Mail> {
  return unwrap(
    api.POST("/api/admin/messages/{message_id}/retry", {
      params: { path: { message_id: id } },
      body: { reason },
    }),
  );
}

export async function clearRefusal(userId: string, reason: string): Promise<void> {
  await unwrap(
    api.POST("/api/admin/users/{user_id}/clear-refusal", {
      params: { path: { user_id: userId } },
      body: { reason },
    }),
  );
}
