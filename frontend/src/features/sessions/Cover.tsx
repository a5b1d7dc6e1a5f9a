import {
  BriefcaseBusiness,
  CookingPot,
  Cpu,
  Dumbbell,
  Flower2,
  Languages,
  type LucideIcon,
  Music,
  Palette,
  Sparkles,
} from "lucide-react";
import { type CSSProperties, useState } from "react";
import { Picture, type Sources } from "~/components/Picture";
import { cn } from "~/lib/cn";
import { hashText } from "~/lib/hash";

const CATEGORY_STYLES: Record<string, { glyph: LucideIcon; hue: number }> = {
  art: { glyph: Palette, hue: 20 },
  business: { glyph: BriefcaseBusiness, hue: 255 },
  cooking: { glyph: CookingPot, hue: 55 },
  fitness: { glyph: Dumbbell, hue: 145 },
  languages: { glyph: Languages, hue: 225 },
  music: { glyph: Music, hue: 310 },
  technology: { glyph: Cpu, hue: 195 },
  wellbeing: { glyph: Flower2, hue: 170 },
};
const OTHER = { glyph: Sparkles, hue: 85 };

export function categoryGlyph(category: string | null): LucideIcon {
  return (CATEGORY_STYLES[category ?? ""] ?? OTHER).glyph;
}

type CoverSession = {
  id: string;
  category: string | null;
  image_url: string | null;
  pictures?: { sources: Sources }[];
};

/** The widths at which the grid shows cards. */
const CARD = "(min-width: 64rem) 20rem, (min-width: 40rem) 45vw, 95vw";
const BANNER = "(min-width: 64rem) 44rem, 95vw";

/** A session's picture in 3:2, or a drawing derived from its id and category. Set `isFirst` above the fold. */
export function Cover({
  session,
  className,
  shape = "card",
  isFirst,
}: {
  session: CoverSession;
  className?: string;
  /** `banner` is lower on wide pages. */
  shape?: "card" | "banner";
  isFirst?: boolean;
}) {
  const [failed, setFailed] = useState<string | null>(null);
  const frame = cn(
    "relative aspect-3/2 w-full overflow-hidden bg-sunk",
    shape === "banner" && "lg:aspect-2/1",
    className,
  );
  const sources =
    session.pictures?.[0]?.sources ??
    (session.image_url ? [{ type: "", srcset: session.image_url, width: 600, height: 400 }] : []);
  const address = sources[0]?.srcset;
  return (
    <div className={frame}>
      {!address || failed === address ? (
        <Drawing session={session} />
      ) : (
        <Picture
          sources={sources}
          sizes={shape === "card" ? CARD : BANNER}
          alt=""
          loading={isFirst ? "eager" : "lazy"}
          fetchPriority={isFirst ? "high" : "auto"}
          referrerPolicy="no-referrer"
          onError={() => setFailed(address)}
          className="size-full object-cover"
        />
      )}
    </div>
  );
}

function Drawing({ session }: { session: CoverSession }) {
  const { glyph: Glyph, hue } = CATEGORY_STYLES[session.category ?? ""] ?? OTHER;
  const seed = hashText(session.id);
  const bits = (from: number, count: number) => (seed >>> from) & (2 ** count - 1);
  const base = hue + bits(0, 5) - 16;
  const turn = bits(5, 3) * 45;
  const [x, y, size] = [bits(8, 4) * 4, bits(12, 4) * 4, 70 + bits(16, 3) * 8];
  return (
    <div
      aria-hidden
      className="drawing absolute inset-0"
      style={{ "--hue": base, "--turn": `${turn}deg` } as CSSProperties}
    >
      <span
        className="absolute rounded-full"
        style={{
          width: `${size}%`,
          aspectRatio: 1,
          left: `${x - 20}%`,
          top: `${y}%`,
          background: "var(--tone-large)",
          opacity: 0.6,
        }}
      />
      <span
        className="absolute rounded-full"
        style={{
          width: `${size * 0.55}%`,
          aspectRatio: 1,
          right: `${bits(20, 4) * 3 - 12}%`,
          top: `${bits(24, 4) * 4 - 30}%`,
          background: "var(--tone-small)",
          opacity: 0.65,
        }}
      />
      <Glyph
        strokeWidth={1.1}
        className="absolute top-1/2 left-1/2 size-[26%] -translate-x-1/2 -translate-y-1/2"
        style={{ color: "var(--tone-glyph)" }}
      />
    </div>
  );
}
