import { api, unwrap } from "~/lib/api/client";
import { askForPasskey } from "./credentials";
import { PasskeyButton } from "./PasskeyButton";
import { usePasskeyTexts } from "./texts";

/** Proves with a passkey that it is still the person who signed in. */
export function PasskeyProof({ separator, onDone }: { separator: boolean; onDone: () => void }) {
  const t = usePasskeyTexts();
  const run = async () => {
    const options = await unwrap(api.POST("/api/auth/reauthenticate/passkey/options"));
    const credential = await askForPasskey(options);
    await unwrap(api.POST("/api/auth/reauthenticate/passkey", { body: { credential } }));
    onDone();
  };
  return <PasskeyButton separator={separator} label={t("ask.prove")} run={run} />;
}
