import { Avatar } from "~/components/Avatar";
import { displayName } from "~/lib/auth/me";

type PersonFields = {
  id: string;
  username: string;
  first_name: string;
  last_name: string;
  email?: string;
  avatar?: string | null;
};

/** A user in a list: picture, name and e-mail. */
export function Person({ person }: { person: PersonFields }) {
  return (
    <span className="flex min-w-0 items-center gap-3">
      <Avatar person={person} size="md" />
      <span className="min-w-0">
        <span dir="auto" className="block truncate font-medium">
          {displayName(person)}
        </span>
        {person.email && (
          <span className="block truncate text-xs font-normal text-ink-faint">{person.email}</span>
        )}
      </span>
    </span>
  );
}
