import { type CSSProperties, useState } from "react";
import { cn } from "~/lib/cn";
import { hashText } from "~/lib/hash";

type Person = { id: string; username: string; first_name: string; last_name: string; avatar?: string | null };

function initials({ first_name, last_name, username }: Person): string {
  const letters = [first_name, last_name].filter(Boolean).map((name) => [...name][0]);
  return (letters.length > 0 ? letters.join("") : username.slice(0, 2)).toUpperCase();
}

const SIZES = {
  sm: "size-6 text-[0.625rem]",
  md: "size-9 text-xs",
  lg: "size-12 text-sm",
  xl: "size-20 text-xl sm:size-24",
} as const;

/** A user's picture, or initials on a coloured background. Decorative: the name is always next to it. */
export function Avatar({
  person,
  size = "md",
  className,
}: {
  person: Person;
  size?: keyof typeof SIZES;
  className?: string;
}) {
  const [failed, setFailed] = useState<string | null>(null);
  const hue = hashText(person.id) % 360;
  const avatarClass = cn("shrink-0 rounded-full", SIZES[size], className);
  if (person.avatar && failed !== person.avatar) {
    return (
      <img
        src={person.avatar}
        alt=""
        loading="lazy"
        referrerPolicy="no-referrer"
        onError={() => setFailed(person.avatar ?? null)}
        className={cn(avatarClass, "object-cover")}
      />
    );
  }
  return (
    <span
      aria-hidden
      className={cn(avatarClass, "tint inline-flex items-center justify-center font-bold")}
      style={{ "--hue": hue } as CSSProperties}
    >
      {initials(person)}
    </span>
  );
}
