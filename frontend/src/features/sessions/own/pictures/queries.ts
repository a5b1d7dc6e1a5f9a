import { api, unwrap } from "~/lib/api/client";
import { upload } from "~/lib/api/upload";
import { shrink } from "~/lib/pictures/shrink";
import type { Session } from "../../queries";

export const MAX_PICTURES = 6;

/** Shrinks and uploads a picture. Repeating it adds it once. */
export async function addPicture(
  id: string,
  file: File,
  onProgress: (part: number) => void,
): Promise<Session> {
  const form = new FormData();
  form.append("file", await shrink(file), file.name);
  return upload(`/api/sessions/${id}/pictures/`, form, onProgress);
}

export function changePicture(
  id: string,
  picture: string,
  changes: { alt?: string; position?: number },
): Promise<Session> {
  return unwrap(
    api.PATCH("/api/sessions/{session_id}/pictures/{picture_id}", {
      params: { path: { session_id: id, picture_id: picture } },
      body: changes,
    }),
  );
}

export async function deletePicture(id: string, picture: string): Promise<void> {
  await unwrap(
    api.DELETE("/api/sessions/{session_id}/pictures/{picture_id}", {
      params: { path: { session_id: id, picture_id: picture } },
    }),
  );
}
