import { cn } from "~/lib/cn";

const [WIDTH, HEIGHT, GAP] = [600, 140, 4];

export type DayBar = { date: string; value: number; label: string };

/**
 * A bar chart with one bar per day; the last is highlighted. Hidden from screen readers, so show the numbers elsewhere
 * too.
 */
export function DayBars({ bars, top }: { bars: DayBar[]; top: number }) {
  const step = WIDTH / Math.max(1, bars.length);
  const gap = Math.min(GAP, step / 3);
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      className="h-32 w-full border-y border-line border-t-dashed"
    >
      {bars.map(({ date, value, label }, index) => {
        const height = value === 0 ? 0 : Math.max(3, (value / top) * HEIGHT);
        return (
          <g key={date} className="group">
            <title>{label}</title>
            <rect x={index * step} y={0} width={step} height={HEIGHT} className="fill-transparent" />
            <rect
              x={index * step + gap / 2}
              y={HEIGHT - height}
              width={step - gap}
              height={height}
              rx={2}
              className={cn(
                "transition-[fill]",
                index === bars.length - 1
                  ? "fill-accent-strong"
                  : "fill-accent group-hover:fill-accent-strong",
              )}
            />
          </g>
        );
      })}
    </svg>
  );
}
