import { api, unwrap } from "~/lib/api/client";
import { type Me, signIn } from "~/lib/auth/me";
import { loadOffsets } from "~/lib/time/offsets";
import { askForPasskey } from "./credentials";
import { PasskeyButton } from "./PasskeyButton";
import { usePasskeyTexts } from "./texts";

/** Signs in with a passkey that the person chooses in the browser's prompt. */
export default function PasskeySignIn({ onDone }: { onDone: (me: Me) => void | Promise<void> }) {
  const t = usePasskeyTexts();
  const run = async () => {
    const options = await unwrap(api.POST("/api/auth/login/passkey/options"));
    const credential = await askForPasskey(options);
    const { access, user } = await unwrap(
      api.POST("/api/auth/login/passkey", { body: { credential, use_cookie: true } }),
    );
    await loadOffsets(user.time_zone);
    signIn(access, user);
    await onDone(user);
  };
  return <PasskeyButton separator label={t("ask.sign_in")} run={run} />;
}
