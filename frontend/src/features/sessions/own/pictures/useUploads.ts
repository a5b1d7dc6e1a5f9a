import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { cacheSession, changeSession } from "../queries";
import { takeOver } from "./chosen";
import { addPicture } from "./queries";

/** A file on its way, or one that was refused, until it is tried again or dismissed. */
export type Upload = { key: string; file: File; preview: string; sent: number; failure: string | null };

export type Uploads = ReturnType<typeof useUploads>;

/**
 * Uploads of a session, one after another, so that their order is that of the files. Begins with photos that were chosen
 * before the session was saved, and then publishes it if that was chosen, too.
 */
export function useUploads(session: string, onPublished?: (failure: string | null) => void) {
  const client = useQueryClient();
  const [uploads, setUploads] = useState<Upload[]>([]);
  const queue = useRef(Promise.resolve());
  const previews = useRef(new Set<string>());
  useEffect(
    () => () => {
      for (const each of previews.current) URL.revokeObjectURL(each);
    },
    [],
  );

  const update = useCallback((key: string, change: Partial<Upload>) => {
    setUploads((all) => all.map((each) => (each.key === key ? { ...each, ...change } : each)));
  }, []);
  const dismiss = useCallback((key: string) => {
    setUploads((all) => all.filter((each) => each.key !== key));
  }, []);

  const send = useCallback(
    (upload: Upload) => {
      update(upload.key, { failure: null, sent: 0 });
      queue.current = queue.current.then(async () => {
        try {
          const changed = await addPicture(session, upload.file, (sent) => update(upload.key, { sent }));
          cacheSession(client, changed);
          dismiss(upload.key);
        } catch (error) {
          update(upload.key, { failure: errorMessage(error) });
        }
      });
    },
    [client, session, update, dismiss],
  );

  const add = useCallback(
    (files: File[]) => {
      const added = files.map((file) => {
        const preview = URL.createObjectURL(file);
        previews.current.add(preview);
        return { key: preview, file, preview, sent: 0, failure: null };
      });
      setUploads((all) => [...all, ...added]);
      for (const each of added) send(each);
    },
    [send],
  );

  const published = useRef(onPublished);
  published.current = onPublished;
  useEffect(() => {
    const chosen = takeOver(session);
    if (!chosen) return;
    add(chosen.files);
    if (!chosen.publishes) return;
    queue.current = queue.current
      .then(async () => cacheSession(client, await changeSession(session, { status: "active" })))
      .then(
        () => published.current?.(null),
        (error) => published.current?.(errorMessage(error)),
      );
  }, [client, session, add]);
  return { uploads, add, retry: send, dismiss };
}
