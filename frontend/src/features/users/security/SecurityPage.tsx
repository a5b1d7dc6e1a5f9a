import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { BackLink } from "~/components/BackLink";
import { Page } from "~/components/Page";
import { Skeleton } from "~/components/Skeleton";
import { useMe } from "~/lib/auth/me";
import { SECTIONS } from "./sections";
import { useSecurityTexts } from "./texts";

/** How the user signs in, and where they are signed in. */
export function SecurityPage() {
  const { t: common } = useTranslation();
  const t = useSecurityTexts();
  const me = useMe();
  if (!me) return null;
  return (
    <Page
      before={<BackLink to="/profile">{common("nav.profile")}</BackLink>}
      title={t("title")}
      intro={me.email}
      width="middle"
    >
      <div>
        {Object.entries(SECTIONS).map(([id, SecuritySection]) => (
          <Suspense key={id} fallback={<Skeleton className="mb-8 h-56 w-full" />}>
            <SecuritySection me={me} />
          </Suspense>
        ))}
      </div>
    </Page>
  );
}
