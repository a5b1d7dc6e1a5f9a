import { useSuspenseQuery } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { Card } from "~/components/Card";
import { Page } from "~/components/Page";
import { Skeleton } from "~/components/Skeleton";
import { bookingAddress } from "~/features/bookings/book/address";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { homeOf } from "~/lib/auth/me";
import { lazyWithRetry } from "~/lib/lazyWithRetry";
import { DemoAccounts } from "./DemoAccounts";
import { SignInForm } from "./SignInForm";
import { useTexts } from "./texts";

const Arrival = lazyWithRetry(() => import("./providers/Arrival"));
const ProviderButtons = lazyWithRetry(() => import("./providers/ProviderButtons"));
const AddressedPreview = lazy(() => import("~/features/bookings/book/AddressedPreview"));

/** Signs in and goes to `next`, by default where the person works. Shows what they were about to book. */
export function LoginPage({
  next,
  oidc,
  provider = "",
}: {
  next?: string;
  oidc?: string;
  provider?: string;
}) {
  const t = useTexts();
  const router = useRouter();
  const { demo_accounts } = useSuspenseQuery(marketplaceQuery).data;
  const booking = next === undefined ? null : bookingAddress(next);
  const [prefilled, setPrefilled] = useState<{ email: string; password: string }>();
  return (
    <Page title={t("login.title")} intro={t("login.intro")} width="narrow">
      {booking && (
        <div className="mb-6">
          <Suspense fallback={<Skeleton className="h-23" />}>
            <AddressedPreview booking={booking} />
          </Suspense>
        </div>
      )}
      <Card className="p-5 sm:p-7">
        {oidc && (
          <Suspense fallback={<Skeleton className="mb-6 h-12" />}>
            <Arrival came={oidc} provider={provider} next={next} />
          </Suspense>
        )}
        <SignInForm prefilled={prefilled} onDone={(me) => router.history.replace(next ?? homeOf(me))} />
        <Suspense fallback={null}>
          <ProviderButtons next={next} isAfterSignIn />
        </Suspense>
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
