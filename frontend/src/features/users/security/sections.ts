import type { ComponentType } from "react";
import type { Me } from "~/lib/auth/me";
import { lazyWithRetry } from "~/lib/lazyWithRetry";

export type SectionProps = { me: Me };

const PasswordSection = lazyWithRetry(() => import("./PasswordSection"));
const TwoStepSection = lazyWithRetry(() => import("../two-step/TwoStepSection"));
const PasskeySection = lazyWithRetry(() => import("../passkeys/PasskeySection"));
const ConnectionsSection = lazyWithRetry(() => import("../providers/ConnectionsSection"));
const DevicesSection = lazyWithRetry(() => import("./DevicesSection"));
const ApiKeysSection = lazyWithRetry(() => import("./keys/ApiKeysSection"));

/** The sections of the security page in their order, by the anchors that lead to them. Each is a `SecuritySection`, or null. */
export const SECTIONS: Record<string, ComponentType<SectionProps>> = {
  password: PasswordSection,
  "two-step": TwoStepSection,
  passkeys: PasskeySection,
  connections: ConnectionsSection,
  devices: DevicesSection,
  "api-keys": ApiKeysSection,
};
