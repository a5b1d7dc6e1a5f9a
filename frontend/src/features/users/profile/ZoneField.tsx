import { Button } from "~/components/Button";
import { Field } from "~/components/Field";
import { ZonePicker } from "~/components/ZonePicker";
import { useOffsets } from "~/lib/time/offsets";
import { formatTime, showsSameTime, zoneName } from "~/lib/time/time";
import { useNow } from "~/lib/time/useNow";
import { browserZone } from "~/lib/time/zone";
import { useTexts } from "../texts";

const HALF_A_YEAR = 182 * 86_400_000;

/** The user's time zone with its current time; hints when the device is in another one. */
export function ZoneField({
  zone,
  onChange,
  error,
}: {
  zone: string;
  onChange: (zone: string) => void;
  error: string | undefined;
}) {
  const t = useTexts();
  const now = useNow();
  const zoneHere = browserZone();
  useOffsets(zone);
  const later = new Date(now.getTime() + HALF_A_YEAR);
  const isElsewhere = !showsSameTime(now, zone, zoneHere) || !showsSameTime(later, zone, zoneHere);
  return (
    <div id="time-zone" className="flex flex-col gap-3">
      <Field
        label={t("profile.zone")}
        hint={t("profile.zone_hint", { time: formatTime(now, zone) })}
        error={error}
      >
        {(field) => <ZonePicker {...field} value={zone} onChange={onChange} />}
      </Field>
      {isElsewhere && (
        <div className="flex flex-wrap items-center justify-between gap-3 rounded-control bg-sunk px-4 py-3 text-sm">
          <p className="min-w-0 flex-1 basis-60">
            {t("profile.zone_here", { zone: zoneName(zoneHere, now), time: formatTime(now, zoneHere) })}
          </p>
          <Button variant="secondary" size="sm" onClick={() => onChange(zoneHere)}>
            {t("profile.zone_use")}
          </Button>
        </div>
      )}
    </div>
  );
}
