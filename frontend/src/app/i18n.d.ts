import type admin from "~/features/admin/texts.en.json";
import type attendees from "~/features/bookings/attendees/texts.en.json";
import type conversation from "~/features/bookings/conversation/texts.en.json";
import type earnings from "~/features/bookings/earnings/texts.en.json";
import type payments from "~/features/bookings/pay/texts.en.json";
import type bookings from "~/features/bookings/texts.en.json";
import type waitlist from "~/features/bookings/waitlist/texts.en.json";
import type mail from "~/features/mail/texts.en.json";
import type notifications from "~/features/notifications/texts.en.json";
import type schedules from "~/features/schedules/texts.en.json";
import type creators from "~/features/sessions/creators/texts.en.json";
import type favourites from "~/features/sessions/favourites/texts.en.json";
import type own_sessions from "~/features/sessions/own/texts.en.json";
import type report from "~/features/sessions/report/texts.en.json";
import type reviews from "~/features/sessions/reviews/texts.en.json";
import type sessions from "~/features/sessions/texts.en.json";
import type slots from "~/features/slots/texts.en.json";
import type texts from "~/features/texts/texts.en.json";
import type passkeys from "~/features/users/passkeys/texts.en.json";
import type providers from "~/features/users/providers/texts.en.json";
import type api_keys from "~/features/users/security/keys/texts.en.json";
import type security from "~/features/users/security/texts.en.json";
import type users from "~/features/users/texts.en.json";
import type twoStep from "~/features/users/two-step/texts.en.json";
import type common from "~/lib/i18n/en/common.json";
import type problems from "~/lib/i18n/en/problems.json";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    resources: {
      common: typeof common;
      problems: typeof problems;
      users: typeof users;
      security: typeof security;
      api_keys: typeof api_keys;
      twoStep: typeof twoStep;
      passkeys: typeof passkeys;
      providers: typeof providers;
      sessions: typeof sessions;
      slots: typeof slots;
      bookings: typeof bookings;
      payments: typeof payments;
      waitlist: typeof waitlist;
      conversation: typeof conversation;
      attendees: typeof attendees;
      earnings: typeof earnings;
      mail: typeof mail;
      notifications: typeof notifications;
      schedules: typeof schedules;
      admin: typeof admin;
      report: typeof report;
      reviews: typeof reviews;
      own_sessions: typeof own_sessions;
      creators: typeof creators;
      favourites: typeof favourites;
      texts: typeof texts;
    };
  }
}
