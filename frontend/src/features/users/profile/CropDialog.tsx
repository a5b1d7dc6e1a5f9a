import { type PointerEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Notice } from "~/components/Notice";
import { upload } from "~/lib/api/upload";
import type { Me } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { cropSquare } from "~/lib/pictures/shrink";
import { useTexts } from "../texts";

/** Pixels sent; the server stores 256. */
const SIDE = 512;
const START = { x: 0.5, y: 0.5, zoom: 1 };

function within(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Chooses the square of a picture: dragged, or by sliders that keys move, too. A refusal keeps the choice. */
export function CropDialog({
  file,
  onClose,
  onSaved,
}: {
  file: File;
  onClose: () => void;
  onSaved: (me: Me) => void;
}) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const image = useRef<HTMLImageElement>(null);
  const [address, setAddress] = useState("");
  const [crop, setCrop] = useState(START);
  const [isBusy, setBusy] = useState(false);
  const [isUnreadable, setUnreadable] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);

  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (event.buttons !== 1) return;
    const side = event.currentTarget.clientWidth * crop.zoom;
    setCrop({
      ...crop,
      x: within(crop.x - event.movementX / side),
      y: within(crop.y - event.movementY / side),
    });
  };
  const save = async () => {
    setBusy(true);
    setFailure(null);
    try {
      const form = new FormData();
      const square = isUnreadable || !image.current ? file : await cropSquare(image.current, crop, SIDE);
      form.append("file", square ?? file, "avatar");
      onSaved(await upload<Me>("/api/auth/avatar/", form, () => {}));
    } catch (error) {
      setFailure(errorMessage(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("avatar.crop")}
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {common("actions.close")}
          </Button>
          <Button isBusy={isBusy} onClick={() => void save()}>
            {common("actions.save")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col items-center gap-4">
        {failure && <Notice tone="danger">{failure}</Notice>}
        {isUnreadable && <Notice tone="warn">{t("avatar.unreadable")}</Notice>}
        <div
          onPointerMove={drag}
          className="size-64 cursor-move touch-none overflow-hidden rounded-full bg-sunk"
        >
          {address && (
            <img
              ref={image}
              src={address}
              alt={t("avatar.preview")}
              draggable={false}
              onError={() => setUnreadable(true)}
              className="size-full object-cover"
              style={{
                objectPosition: `${crop.x * 100}% ${crop.y * 100}%`,
                scale: crop.zoom,
                transformOrigin: `${crop.x * 100}% ${crop.y * 100}%`,
              }}
            />
          )}
        </div>
        {(["zoom", "x", "y"] as const).map((name) => (
          <label key={name} className="flex w-64 items-center gap-3 text-sm">
            <span className="w-24">{t(`avatar.${name}`)}</span>
            <input
              type="range"
              min={name === "zoom" ? 1 : 0}
              max={name === "zoom" ? 4 : 1}
              step={0.01}
              value={crop[name]}
              onChange={({ currentTarget }) => setCrop({ ...crop, [name]: Number(currentTarget.value) })}
              className="min-h-8 min-w-0 flex-1 accent-accent"
            />
          </label>
        ))}
      </div>
    </Dialog>
  );
}
