import { ImagePlus, Trash2 } from "lucide-react";
import { useRef, useState } from "react";
import { toast } from "sonner";
import { Avatar } from "~/components/Avatar";
import { Button } from "~/components/Button";
import { Notice } from "~/components/Notice";
import { api, unwrap } from "~/lib/api/client";
import { queryClient } from "~/lib/api/queryClient";
import { type Me, meQuery, refetchUserData } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { useTexts } from "../texts";
import { CropDialog } from "./CropDialog";

/** The user's picture: chosen from phone or disk, cropped, and saved at once. */
export function AvatarField({ me }: { me: Me }) {
  const t = useTexts();
  const input = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<File | null>(null);
  const [failure, setFailure] = useState<string | null>(null);

  const show = (saved: Me | null) => {
    if (saved) queryClient.setQueryData(meQuery.queryKey, saved);
    setChosen(null);
    toast.success(t("avatar.saved"));
    void refetchUserData();
  };
  const remove = async () => {
    setFailure(null);
    try {
      await unwrap(api.DELETE("/api/auth/avatar"));
      show({ ...me, avatar: null });
    } catch (error) {
      setFailure(errorMessage(error));
    }
  };
  return (
    <div className="flex flex-col gap-3">
      {failure && <Notice tone="danger">{failure}</Notice>}
      <div className="flex flex-wrap items-center gap-4">
        <Avatar person={me} size="lg" />
        <Button variant="secondary" onClick={() => input.current?.click()}>
          <ImagePlus aria-hidden className="size-4" />
          <span>{t(me.avatar ? "avatar.change" : "avatar.add")}</span>
        </Button>
        {me.avatar && (
          <Button variant="quiet" onClick={() => void remove()}>
            <Trash2 aria-hidden className="size-4" />
            {t("avatar.delete")}
          </Button>
        )}
      </div>
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        data-testid="avatar-file"
        onChange={({ currentTarget }) => {
          setFailure(null);
          setChosen(currentTarget.files?.[0] ?? null);
          currentTarget.value = "";
        }}
      />
      {chosen && <CropDialog file={chosen} onClose={() => setChosen(null)} onSaved={show} />}
    </div>
  );
}
