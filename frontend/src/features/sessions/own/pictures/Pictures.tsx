import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Notice } from "~/components/Notice";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { type Session, sessionQuery } from "../../queries";
import { cacheSession } from "../queries";
import { useTexts } from "../texts";
import { AddPhotos, addPasted } from "./AddPhotos";
import { PictureRow } from "./PictureRow";
import { changePicture, deletePicture, MAX_PICTURES } from "./queries";
import { UploadRow } from "./UploadRow";
import type { Uploads } from "./useUploads";

/** The pictures of a session: uploads, order, descriptions. Every change is saved at once. */
export function Pictures({ session, uploads: waiting }: { session: Session; uploads: Uploads }) {
  const t = useTexts();
  const client = useQueryClient();
  const [failure, setFailure] = useState<string | null>(null);
  const [news, setNews] = useState("");
  const { uploads, add, retry, dismiss } = waiting;
  const { pictures } = session;
  const isFull = pictures.length + uploads.length >= MAX_PICTURES;

  const change = async (work: () => Promise<Session>, done = "") => {
    setFailure(null);
    try {
      cacheSession(client, await work());
      setNews(done);
    } catch (error) {
      setFailure(errorMessage(error));
    }
  };
  const remove = (picture: string) =>
    change(async () => {
      await deletePicture(session.id, picture);
      return client.fetchQuery({ ...sessionQuery(session.id), staleTime: 0 });
    }, t("pictures.deleted"));
  return (
    <div className="flex flex-col gap-4" onPaste={(event) => addPasted(event, add)}>
      {failure && <Notice tone="danger">{failure}</Notice>}
      <p role="status" className="sr-only">
        {news}
      </p>
      {(pictures.length > 0 || uploads.length > 0) && (
        <ol className="flex flex-col gap-4" aria-label={t("pictures.list")}>
          {pictures.map((picture, index) => (
            <PictureRow
              key={picture.id}
              picture={picture}
              place={index + 1}
              count={pictures.length}
              onDescribe={(alt) =>
                change(() => changePicture(session.id, picture.id, { alt }), t("pictures.described"))
              }
              onMove={(position) =>
                change(
                  () => changePicture(session.id, picture.id, { position }),
                  t("pictures.moved", { place: position, count: pictures.length }),
                )
              }
              onDelete={() => remove(picture.id)}
            />
          ))}
          {uploads.map((upload) => (
            <UploadRow
              key={upload.key}
              upload={upload}
              onRetry={() => retry(upload)}
              onDismiss={() => dismiss(upload.key)}
            />
          ))}
        </ol>
      )}
      <AddPhotos isFull={isFull} onAdd={add} />
    </div>
  );
}
