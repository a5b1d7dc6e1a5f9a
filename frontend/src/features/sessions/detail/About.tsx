import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { Suspense } from "react";
import { Avatar } from "~/components/Avatar";
import { Notice } from "~/components/Notice";
import { displayName, useMe } from "~/lib/auth/me";
import { lazyWithRetry } from "~/lib/lazyWithRetry";
import { useCategoryName } from "../category";
import type { Session } from "../queries";
import { Rating } from "../reviews/Rating";
import { useTexts } from "../texts";
import { Description } from "./Description";
import { Facts } from "./Facts";
import { Gallery } from "./Gallery";
import { ReportSession } from "./ReportSession";
import { ShareButton } from "./ShareButton";

const Reviews = lazyWithRetry(() => import("../reviews/Reviews"));
const PageHeart = lazyWithRetry(() => import("../favourites/PageHeart"));

export function About({ session }: { session: Session }) {
  const t = useTexts();
  const name = displayName(session.creator_details);
  const me = useMe();
  const isLearner = me?.id !== session.creator && !me?.is_staff;
  return (
    <article className="min-w-0">
      <div className="mb-3 flex items-center justify-between gap-3">
        <Where session={session} />
        {session.status === "active" && (
          <div className="-mr-3 flex shrink-0">
            <ShareButton path={`/sessions/${session.id}`} title={session.title} />
            <Suspense fallback={<span className="w-20" />}>
              <PageHeart session={session} />
            </Suspense>
          </div>
        )}
      </div>
      {session.status === "inactive" && (
        <Notice tone="warn" className="mb-4">
          {t(isLearner ? "detail.paused_booked" : "detail.paused")}
        </Notice>
      )}
      {session.moderation && (
        <Notice tone="danger" className="mb-4">
          {t("detail.hidden")} <q dir="auto">{session.moderation.reason}</q>
        </Notice>
      )}
      <Gallery session={session} />
      <h1 dir="auto" className="mt-6 text-2xl sm:text-3xl">
        {session.title}
      </h1>
      {session.rating.count > 0 && (
        <a
          href="#reviews"
          className="mt-2 inline-flex min-h-8 items-center text-sm text-ink-soft underline-offset-4 hover:underline"
        >
          <Rating rating={session.rating} />
        </a>
      )}
      <div className="mt-4 flex items-center gap-3">
        <Avatar person={session.creator_details} size="lg" />
        <div className="min-w-0">
          <p className="truncate font-semibold">{t("detail.with", { name })}</p>
          <Link
            to="/creators/$username"
            params={{ username: session.creator_details.username }}
            className="inline-flex min-h-6 items-center text-sm text-ink-soft underline-offset-4 hover:text-ink hover:underline"
          >
            {t("detail.more_by", { name: session.creator_details.first_name || name })}
          </Link>
        </div>
      </div>
      <section aria-labelledby="facts" className="mt-8 border-t border-line pt-7">
        <h2 id="facts" className="sr-only">
          {t("detail.facts")}
        </h2>
        <Facts session={session} />
      </section>
      <section aria-labelledby="about" className="mt-7 border-t border-line pt-7">
        <h2 id="about" className="mb-4 text-xl">
          {t("detail.about")}
        </h2>
        <Description text={session.description} />
        {session.audience && (
          <>
            <h3 className="mt-6 mb-2">{t("detail.audience")}</h3>
            <Description text={session.audience} />
          </>
        )}
        {session.bring && (
          <>
            <h3 className="mt-6 mb-2">{t("detail.bring")}</h3>
            <Description text={session.bring} />
          </>
        )}
        {session.tags.length > 0 && (
          <ul aria-label={t("detail.tags")} className="mt-7 flex flex-wrap gap-2">
            {session.tags.map((tag) => (
              <li key={tag}>
                <Link
                  to="/"
                  search={{ tag }}
                  className="inline-flex h-8 items-center rounded-full bg-sunk px-3.5 text-sm text-ink-soft transition-colors hover:bg-line hover:text-ink"
                >
                  {t("filters.tag", { tag })}
                </Link>
              </li>
            ))}
          </ul>
        )}
        <ReportSession session={session} />
      </section>
      {session.rating.count > 0 && (
        <Suspense>
          <Reviews session={session} />
        </Suspense>
      )}
    </article>
  );
}

/** Breadcrumb to the session's category. */
function Where({ session: { category } }: { session: Session }) {
  const t = useTexts();
  const categoryName = useCategoryName();
  const link = "inline-flex min-h-8 items-center underline-offset-4 hover:text-ink hover:underline";
  return (
    <nav aria-label={t("detail.where")} className="min-w-0 text-sm text-ink-soft">
      <ol className="flex items-center gap-1.5">
        <li>
          <Link to="/" className={link}>
            {t("detail.all")}
          </Link>
        </li>
        {category && (
          <li className="flex items-center gap-1.5">
            <ChevronRight aria-hidden className="size-4 text-ink-faint" />
            <Link to="/" search={{ category }} className={link}>
              {categoryName(category)}
            </Link>
          </li>
        )}
      </ol>
    </nav>
  );
}
