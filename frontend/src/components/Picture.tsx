import type { ComponentProps } from "react";

/** A stored picture: its formats, best first, each with a `srcset` and the size of the largest version. */
export type Sources = { type: string; srcset: string; width: number; height: number }[];

/** A picture in the first format that the browser knows. `sizes` is as wide as it is shown. */
export function Picture({ sources, sizes, ...image }: { sources: Sources } & ComponentProps<"img">) {
  const last = sources[sources.length - 1];
  return (
    <picture className="contents">
      {sources.slice(0, -1).map(({ type, srcset }) => (
        <source key={type} type={type} srcSet={srcset} sizes={sizes} />
      ))}
      {/* biome-ignore lint/a11y/useAltText: the caller gives it */}
      <img
        srcSet={last?.srcset}
        sizes={sizes}
        src={last?.srcset.split(" ")[0]}
        width={last?.width}
        height={last?.height}
        decoding="async"
        {...image}
      />
    </picture>
  );
}
