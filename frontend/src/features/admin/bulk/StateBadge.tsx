import { Badge, type Tone } from "~/components/Badge";
import { useTexts } from "../texts";
import type { Run } from "./queries";

const TONES: Record<Run["state"], Tone> = {
  queued: "neutral",
  running: "accent",
  finished: "good",
  failed: "danger",
  cancelled: "warn",
};

export function StateBadge({ state }: { state: Run["state"] }) {
  const t = useTexts();
  return <Badge tone={TONES[state]}>{t(`bulk.state.${state}`)}</Badge>;
}
