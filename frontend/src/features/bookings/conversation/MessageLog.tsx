import { Fragment, useLayoutEffect, useRef } from "react";
import { Button } from "~/components/Button";
import { displayName } from "~/lib/auth/me";
import { cn } from "~/lib/cn";
import { dateKey, formatDateTime, formatLongDay, formatTime, useZone } from "~/lib/time/time";
import type { Message } from "./queries";
import { useTexts } from "./texts";

type Party = { id: string; first_name: string; last_name: string; username: string };

/** Messages by day, oldest first. New ones are announced politely; the view stays at the end as they arrive. */
export function MessageLog({
  messages,
  parties,
  myId,
  label,
  onEarlier,
  isLoadingEarlier,
}: {
  messages: Message[];
  parties: Party[];
  /** The reader, whose messages stand on the other side. Absent for staff. */
  myId?: string;
  label: string;
  onEarlier?: () => void;
  isLoadingEarlier?: boolean;
}) {
  const t = useTexts();
  const zone = useZone();
  const box = useRef<HTMLDivElement>(null);
  const newest = messages.at(-1)?.id;
  useLayoutEffect(() => {
    if (newest) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [newest]);
  const nameOf = (author: string) => {
    if (author === myId) return t("you");
    const party = parties.find(({ id }) => id === author);
    return party ? displayName(party) : "";
  };
  return (
    // scrolled by keyboard, too
    <div
      ref={box}
      role="log"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content has to be reachable by keyboard
      tabIndex={0}
      className="flex max-h-80 flex-col gap-3 overflow-y-auto rounded-control border border-line bg-ground p-3"
    >
      {onEarlier && (
        <Button
          variant="quiet"
          size="sm"
          className="self-center"
          isBusy={isLoadingEarlier}
          onClick={onEarlier}
        >
          {t("earlier")}
        </Button>
      )}
      {messages.map((message, index) => {
        const day = dateKey(message.created_at, zone);
        const before = messages[index - 1];
        const isOwn = message.author === myId;
        return (
          <Fragment key={message.id}>
            {(!before || dateKey(before.created_at, zone) !== day) && (
              <p className="self-center text-xs font-semibold text-ink-faint">
                {formatLongDay(message.created_at, zone)}
              </p>
            )}
            <article
              aria-label={`${nameOf(message.author)}, ${formatDateTime(message.created_at, zone)}`}
              className={cn("flex max-w-[85%] flex-col gap-0.5", isOwn ? "items-end self-end" : "self-start")}
            >
              <p className="px-1 text-xs text-ink-faint">
                <bdi className="font-semibold">{nameOf(message.author)}</bdi>{" "}
                <time dateTime={message.created_at} className="tabular">
                  {formatTime(message.created_at, zone)}
                </time>
              </p>
              <p
                dir="auto"
                className={cn(
                  "rounded-card px-3.5 py-2 text-sm break-words whitespace-pre-line",
                  isOwn ? "bg-accent-soft text-ink" : "border border-line bg-surface",
                )}
              >
                {message.text}
              </p>
              {message.to_everyone && <p className="px-1 text-xs text-ink-faint">{t("to_everyone")}</p>}
            </article>
          </Fragment>
        );
      })}
    </div>
  );
}
