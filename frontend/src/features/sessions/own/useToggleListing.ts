import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { errorMessage } from "~/lib/i18n/errorMessage";
import type { Session } from "../queries";
import { cacheSession, changeSession, ownSessionsQuery, showInLists } from "./queries";
import { useTexts } from "./texts";

type Change = { session: Session; status: Session["status"] };

/** Puts a session into the catalog or hides it: shown at once, taken back when it is refused, undone with a click. */
export function useToggleListing() {
  const t = useTexts();
  const client = useQueryClient();
  const listing = useMutation({
    mutationFn: ({ session, status }: Change) => changeSession(session.id, { status }),
    onMutate: async ({ session, status }) => {
      await client.cancelQueries({ queryKey: ownSessionsQuery.queryKey });
      showInLists(client, { ...session, status });
    },
    onError: (error, { session }) => {
      showInLists(client, session);
      toast.error(errorMessage(error));
    },
    onSuccess: (changed, { session }) => {
      cacheSession(client, changed);
      toast.success(t(changed.status === "active" ? "list.now_listed" : "list.now_hidden", session), {
        action: {
          label: t("list.undo"),
          onClick: () => listing.mutate({ session: changed, status: session.status }),
        },
      });
    },
  });
  return listing;
}
