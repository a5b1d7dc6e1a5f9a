import { useQuery } from "@tanstack/react-query";
import { Link, Navigate, useLocation } from "@tanstack/react-router";
import { useState } from "react";
import { buttonClass } from "~/components/Button";
import { LeaveGuard } from "~/components/LeaveGuard";
import { Page } from "~/components/Page";
import { CalendarFeed } from "~/features/bookings/calendar/CalendarFeed";
import { PreferenceSwitches } from "~/features/mail/PreferenceSwitches";
import { SentMail } from "~/features/mail/SentMail";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { useMe } from "~/lib/auth/me";
import { useTexts } from "../texts";
import { AvatarField } from "./AvatarField";
import { BecomeCreator } from "./BecomeCreator";
import { DeleteAccount } from "./DeleteAccount";
import { EmailForm } from "./EmailForm";
import { OwnData } from "./OwnData";
import { ProfileForm } from "./ProfileForm";
import { RefusedAddress } from "./RefusedAddress";
import { Section } from "./Section";

/** Sections that were on this page, as older mails and bookmarks name them. */
const MOVED = new Set(["password", "devices"]);

/** Account settings: profile, time zone, notifications. */
export function ProfilePage() {
  const t = useTexts();
  const me = useMe();
  const { data: marketplace } = useQuery(marketplaceQuery);
  const [isDirty, setDirty] = useState(false);
  const hash = useLocation({ select: (location) => location.hash });
  if (!me) return null;
  if (MOVED.has(hash)) return <Navigate to="/profile/security" hash={hash} replace />;
  return (
    <Page title={t("profile.title")} intro={me.email} width="middle">
      <LeaveGuard isDirty={() => isDirty} />
      <div>
        <Section id="about" title={t("profile.about")} text={t("profile.about_text")}>
          <AvatarField me={me} />
          <ProfileForm me={me} onDirty={setDirty} />
          {me.role === "creator" && (
            <Link
              to="/creators/$username"
              params={{ username: me.username }}
              className="mt-5 inline-flex text-sm font-semibold text-accent underline-offset-4 hover:underline"
            >
              {t("about.see_page")}
            </Link>
          )}
        </Section>
        {me.role === "user" && (
          <Section id="teach" title={t("profile.teach")} text={t("profile.teach_text")}>
            <BecomeCreator />
          </Section>
        )}
        <Section id="calendar" title={t("profile.calendar")} text={t("profile.calendar_text")}>
          <CalendarFeed />
        </Section>
        {marketplace?.sends_mail && (
          <>
            <Section id="email" title={t("profile.email")} text={t("profile.email_text")}>
              <RefusedAddress me={me} />
              <EmailForm />
            </Section>
            <Section id="notifications" title={t("profile.mail")} text={t("profile.mail_text")}>
              <PreferenceSwitches isCreator={me.role === "creator"} />
            </Section>
            <Section id="sent" title={t("profile.sent")} text={t("profile.sent_text")}>
              <SentMail />
            </Section>
          </>
        )}
        <Section id="security" title={t("profile.security")} text={t("profile.security_text")}>
          <Link to="/profile/security" className={buttonClass({ variant: "secondary" })}>
            {t("profile.security_open")}
          </Link>
        </Section>
        <Section id="data" title={t("profile.data")} text={t("profile.data_text")}>
          <OwnData />
        </Section>
        <Section id="delete" title={t("profile.delete")} text={t("profile.delete_text")}>
          <DeleteAccount />
        </Section>
      </div>
    </Page>
  );
}
