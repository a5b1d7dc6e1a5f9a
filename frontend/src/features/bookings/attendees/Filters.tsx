import { useMutation, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Download, SlidersHorizontal, X } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Field, Input, Select } from "~/components/Field";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { cn } from "~/lib/cn";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { dateKey, useZone } from "~/lib/time/time";
import { useTexts as useBookingTexts } from "../texts";
import { download, toCsv } from "./csv";
import { isInView, toApiFilters } from "./filters";
import { fetchAll, titlesQuery } from "./queries";
import { toCsvRows } from "./rows";
import { type AttendeesSearch, currentView, isNarrowed } from "./search";
import { useTexts } from "./texts";

/** Filters the list by session and days, and exports it. */
export function Filters({
  search,
  onChange,
}: {
  search: AttendeesSearch;
  onChange: (search: AttendeesSearch) => void;
}) {
  const t = useTexts();
  const panel = useId();
  const [isOpen, setOpen] = useState(isNarrowed(search));
  const titles = useQuery(titlesQuery).data ?? [];
  const isKnown = !search.session || titles.some(({ id }) => id === search.session);
  const day = (name: "from" | "to") => (
    <Field label={t(`filters.${name}`)} className="min-w-0 flex-1 basis-36 sm:max-w-44">
      {(field) => (
        <Input
          type="date"
          {...field}
          value={search[name] ?? ""}
          min={name === "to" ? search.from : undefined}
          onChange={({ target }) => onChange({ ...search, [name]: target.value || undefined })}
        />
      )}
    </Field>
  );
  return (
    <search aria-label={t("filters.label")} className="mb-6 flex flex-wrap items-end justify-between gap-3">
      <Button
        variant="secondary"
        className="sm:hidden"
        aria-expanded={isOpen}
        aria-controls={panel}
        onClick={() => setOpen(!isOpen)}
      >
        <SlidersHorizontal aria-hidden className="size-4" />
        {t("filters.show")}
      </Button>
      <div
        id={panel}
        className={cn(
          "order-last flex flex-1 basis-full flex-wrap items-end gap-3 sm:order-none sm:basis-[34rem]",
          !isOpen && "max-sm:hidden",
        )}
      >
        <Field label={t("filters.session")} className="min-w-0 basis-full sm:max-w-72 sm:flex-1 sm:basis-60">
          {(field) => (
            <Select
              {...field}
              value={search.session ?? ""}
              onChange={({ target }) => onChange({ ...search, session: target.value || undefined })}
            >
              <option value="">{t("filters.all_sessions")}</option>
              {!isKnown && <option value={search.session}>{t("filters.this_session")}</option>}
              {titles.map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {day("from")}
        {day("to")}
        {isNarrowed(search) && (
          <Button variant="quiet" onClick={() => onChange({ show: search.show })}>
            <X aria-hidden className="size-4" />
            {t("filters.clear")}
          </Button>
        )}
      </div>
      <ExportButton search={search} />
    </search>
  );
}

function ExportButton({ search }: { search: AttendeesSearch }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const words = useBookingTexts();
  const zone = useZone();
  const { currency } = useSuspenseQuery(marketplaceQuery).data;
  const exporting = useMutation({
    mutationFn: async () => {
      const now = new Date();
      const view = currentView(search);
      const { bookings, isComplete } = await fetchAll(toApiFilters(search, zone, now));
      const listed = bookings.filter((booking) => isInView(booking, view, now));
      if (listed.length > 0) {
        const statusOf = (status: (typeof listed)[number]["status"] | "unpaid") => words(`status.${status}`);
        const csv = toCsv(toCsvRows(listed, t, { zone, currency, statusOf }));
        download(`${t("csv.file")}-${view}-${dateKey(now, zone)}.csv`, csv);
      }
      return { count: listed.length, isComplete };
    },
    onSuccess: ({ count, isComplete }) => {
      if (count === 0) toast.info(t("filters.csv_none"));
      else toast.success(t(isComplete ? "filters.csv_done" : "filters.csv_cut", { count }));
    },
    onError: (error) => toast.error(errorMessage(error)),
  });
  const isBusy = exporting.isPending;

  return (
    <Button
      variant="secondary"
      isBusy={isBusy}
      className="ml-auto"
      aria-label={isBusy ? `${t("filters.csv")}, ${common("loading")}` : undefined}
      onClick={() => exporting.mutate()}
    >
      {!isBusy && <Download aria-hidden className="size-4" />}
      <span>{t("filters.csv")}</span>
    </Button>
  );
}
