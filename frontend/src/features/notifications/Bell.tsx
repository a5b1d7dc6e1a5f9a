import { useQuery } from "@tanstack/react-query";
import { Bell as BellIcon } from "lucide-react";
import { Suspense, useState } from "react";
import { buttonClass } from "~/components/Button";
import { Popover } from "~/components/Popover";
import { Skeleton } from "~/components/Skeleton";
import { lazyWithRetry } from "~/lib/lazyWithRetry";
import { unreadCountQuery } from "./queries";
import { useTexts } from "./texts";

const Feed = lazyWithRetry(() => import("./Feed"));
const SHOWN = 99;

/** The bell of the header: how many notifications are new, and a popover with all of them. */
export function Bell() {
  const t = useTexts();
  const [isOpen, setOpen] = useState(false);
  const { data: count = 0 } = useQuery(unreadCountQuery);
  return (
    <Popover
      isOpen={isOpen}
      onOpen={setOpen}
      label={t("title")}
      trigger={
        <button
          type="button"
          className={buttonClass({ variant: "quiet", size: "icon" }, "relative")}
          aria-label={count > 0 ? t("open_unread", { count }) : t("open")}
        >
          <BellIcon aria-hidden className="size-5" />
          {count > 0 && (
            <span
              aria-hidden
              className="tabular absolute top-1 right-0.5 rounded-full bg-accent px-1 text-[0.6875rem] leading-4 font-semibold text-on-accent"
            >
              {count > SHOWN ? `${SHOWN}+` : count}
            </span>
          )}
        </button>
      }
    >
      <Suspense fallback={<Skeleton className="h-40 w-72" />}>
        <Feed onClose={() => setOpen(false)} />
      </Suspense>
    </Popover>
  );
}
