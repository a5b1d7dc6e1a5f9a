import { useRef, useState } from "react";
import { Picture } from "~/components/Picture";
import { cn } from "~/lib/cn";
import { Cover } from "../Cover";
import type { Session } from "../queries";
import { useTexts } from "../texts";

/** The pictures of a session: one fills the frame, the others are chosen below or by scrolling sideways. */
export function Gallery({ session }: { session: Session }) {
  const t = useTexts();
  const strip = useRef<HTMLUListElement>(null);
  const [shown, setShown] = useState(0);
  const { pictures } = session;
  if (pictures.length === 0)
    return <Cover session={session} isFirst shape="banner" className="rounded-card" />;
  const count = pictures.length;
  const show = (index: number) => {
    const { current } = strip;
    current?.scrollTo({ left: index * current.clientWidth });
  };
  return (
    <section aria-label={t("gallery.title")}>
      <ul
        ref={strip}
        tabIndex={count > 1 ? 0 : undefined}
        aria-label={t("gallery.title")}
        onScroll={({ currentTarget: { scrollLeft, clientWidth } }) =>
          setShown(Math.round(scrollLeft / Math.max(1, clientWidth)))
        }
        className="flex snap-x snap-mandatory overflow-x-auto rounded-card bg-sunk motion-safe:scroll-smooth"
      >
        {pictures.map((picture, index) => (
          <li key={picture.id} className="relative aspect-3/2 w-full shrink-0 snap-center lg:aspect-2/1">
            <Picture
              sources={picture.sources}
              sizes="(min-width: 64rem) 44rem, 95vw"
              alt={picture.alt || t("gallery.picture", { place: index + 1, count, title: session.title })}
              loading={index === 0 ? "eager" : "lazy"}
              fetchPriority={index === 0 ? "high" : "auto"}
              className="size-full object-cover"
            />
          </li>
        ))}
      </ul>
      {count > 1 && (
        <div className="mt-2 flex gap-2 overflow-x-auto p-1">
          {pictures.map((picture, index) => (
            <button
              key={picture.id}
              type="button"
              aria-label={t("gallery.show", { place: index + 1, count })}
              aria-current={index === shown}
              onClick={() => show(index)}
              className={cn(
                "h-14 w-20 shrink-0 overflow-hidden rounded-control transition-opacity",
                index === shown
                  ? "outline-2 outline-offset-1 outline-accent"
                  : "opacity-75 hover:opacity-100",
              )}
            >
              <Picture sources={picture.sources} sizes="5rem" alt="" className="size-full object-cover" />
            </button>
          ))}
        </div>
      )}
    </section>
  );
}
