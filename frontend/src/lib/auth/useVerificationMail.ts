import { useMutation } from "@tanstack/react-query";
import { api, unwrap } from "~/lib/api/client";

/** Sends another mail that verifies the user's address. */
export function useVerificationMail() {
  return useMutation({ mutationFn: () => unwrap(api.POST("/api/auth/verify-email/send")) });
}
