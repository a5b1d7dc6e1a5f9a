/** Pixels of the longer side that are sent; the server stores at most 2,000 of them. */
export const MAX_SIDE = 2560;
/** Bytes below which a file within these pixels is sent as it is. */
const SMALL = 3_000_000;
/** What canvases cannot keep: an animation. The server says what it accepts. */
const KEPT = /gif|svg/;

/** The size that fits `MAX_SIDE`; never larger. */
export function shrunkSize(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** A smaller copy of a large photo, or the file itself if it is small or this browser cannot decode it. */
export async function shrink(file: File): Promise<Blob> {
  if (KEPT.test(file.type)) return file;
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!bitmap) return file;
  const isForeign = /hei[cf]/.test(file.type);
  const { width, height } = shrunkSize(bitmap.width, bitmap.height);
  if (!isForeign && width === bitmap.width && file.size <= SMALL) return file;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const blob = await toBlob(canvas, file.type === "image/png" ? "image/webp" : "image/jpeg");
  return blob && (isForeign || blob.size < file.size) ? blob : file;
}

/** The square of a picture that `crop` shows, in fractions of the shorter side, as a JPEG. */
export async function cropSquare(
  image: HTMLImageElement,
  crop: { x: number; y: number; zoom: number },
  side: number,
): Promise<Blob | null> {
  const { left, top, size } = cropArea(image.naturalWidth, image.naturalHeight, crop);
  const canvas = document.createElement("canvas");
  canvas.width = side;
  canvas.height = side;
  canvas.getContext("2d")?.drawImage(image, left, top, size, size, 0, 0, side, side);
  return toBlob(canvas, "image/jpeg");
}

/** The pixels of a picture that a crop shows. `x` and `y` are 0 to 1: from the left or top edge to the other. */
export function cropArea(
  width: number,
  height: number,
  { x, y, zoom }: { x: number; y: number; zoom: number },
) {
  const size = Math.min(width, height) / zoom;
  return { left: (width - size) * x, top: (height - size) * y, size };
}

function toBlob(canvas: HTMLCanvasElement, type: string): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, type, 0.92));
}
