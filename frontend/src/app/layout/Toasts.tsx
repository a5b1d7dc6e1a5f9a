import { Toaster } from "sonner";

export default function Toasts() {
  return (
    <Toaster
      position="bottom-center"
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            "flex w-full items-center gap-3 rounded-card border border-line bg-raised px-4 py-3 text-sm text-ink shadow-soft",
          error: "text-danger",
          success: "text-good",
        },
      }}
    />
  );
}
