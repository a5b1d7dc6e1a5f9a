import { MailCheck } from "lucide-react";
import { BackLink } from "~/components/BackLink";
import { Card } from "~/components/Card";
import { EmptyState } from "~/components/EmptyState";
import { AdminPage } from "../AdminPage";
import type { ListSearch } from "../search";
import { useTexts } from "../texts";
import { MailList } from "./MailList";

/** All mail that is held, or that failed and is still worth sending. */
export function MailsPage({ search }: { search: ListSearch }) {
  const t = useTexts();
  const unsent = search.unsent === "held" ? "held" : "failed";
  return (
    <AdminPage
      before={<BackLink to="/admin">{t("nav.dashboard")}</BackLink>}
      title={t(`mails.${unsent}`)}
      intro={t(`mails.${unsent}_text`)}
    >
      <Card className="max-w-4xl p-4 sm:p-5">
        <MailList
          key={unsent}
          of={{ unsent }}
          empty={<EmptyState icon={MailCheck} title={t(`mails.none_${unsent}`)} />}
        />
      </Card>
    </AdminPage>
  );
}
