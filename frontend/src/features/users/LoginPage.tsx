import { useSuspenseQuery } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { Card } from "~/components/Card";
import { Page } from "~/components/Page";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { DemoAccounts } from "./DemoAccounts";
import { SignInForm } from "./SignInForm";
import { useTexts } from "./texts";

/** Signs in and returns to `next`. */
export function LoginPage({ next }: { next: string }) {
  const t = useTexts();
  const router = useRouter();
  const { demo_accounts } = useSuspenseQuery(marketplaceQuery).data;
  const [prefilled, setPrefilled] = useState<{ email: string; password: string }>();
  return (
    <Page title={t("login.title")} intro={t("login.intro")} width="narrow">
      <Card className="p-5 sm:p-7">
        <SignInForm prefilled={prefilled} onDone={() => router.history.replace(next)} />
      </Card>
      {demo_accounts && demo_accounts.length > 0 && (
        <DemoAccounts accounts={demo_accounts} onUse={setPrefilled} />
      )}
      <p className="mt-6 text-center text-sm text-ink-soft">
        {t("login.new_here")}{" "}
        <Link
          to="/register"
          search={{ next }}
          className="font-semibold text-accent underline-offset-4 hover:underline"
        >
          {t("login.create")}
        </Link>
      </p>
    </Page>
  );
}
