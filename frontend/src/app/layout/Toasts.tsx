import { Toaster } from "sonner";

/** Toasts appear below the header: on phones, the bottom of the screen has the buttons pressed next. */
export default function Toasts() {
  return (
    <Toaster
      position="top-center"
      offset={{ top: 76 }}
      mobileOffset={{ top: 72, left: 16, right: 16 }}
      style={{ fontFamily: "inherit" }}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            "flex w-full items-center gap-3 rounded-card border border-line bg-raised px-4 py-3 text-sm font-medium text-ink shadow-soft",
          error: "[&_[data-icon]]:text-danger",
          success: "[&_[data-icon]]:text-good",
          actionButton:
            "-my-1 -mr-2 ml-auto min-h-9 shrink-0 rounded-control px-2 font-semibold whitespace-nowrap text-accent hover:bg-sunk",
        },
      }}
    />
  );
}
