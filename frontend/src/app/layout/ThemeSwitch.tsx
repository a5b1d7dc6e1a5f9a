import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { nextTheme, saveTheme, storedTheme } from "~/app/theme";
import { Button } from "~/components/Button";

const ICONS = { system: Monitor, light: Sun, dark: Moon };

/** Cycles through system, light and dark. */
export function ThemeSwitch() {
  const { t } = useTranslation();
  const [theme, setTheme] = useState(storedTheme);
  const Icon = ICONS[theme];
  return (
    <Button
      variant="quiet"
      size="icon-sm"
      aria-label={t(`theme.${theme}`)}
      title={t(`theme.${theme}`)}
      onClick={() => {
        const next = nextTheme(theme);
        saveTheme(next);
        setTheme(next);
      }}
    >
      <Icon aria-hidden className="size-[18px]" />
    </Button>
  );
}
