import tailwindcss from "@tailwindcss/vite";
import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { compression, defineAlgorithm } from "vite-plugin-compression2";
import { defineConfig } from "vitest/config";
import manifest from "./package.json" with { type: "json" };
import { boot } from "./scripts/boot/plugin.ts";
import { sharedBy } from "./scripts/shared.ts";

// the backend accepts the login cookie only from its own host, so the proxy must keep the Host header
const backend = { target: process.env.MARKETPLACE_BACKEND ?? "http://localhost:8000", changeOrigin: false };

// excludes packages that only some pages use
const VENDOR =
  /node_modules[\\/](react|react-dom|scheduler|@tanstack|i18next|react-i18next|openapi-fetch|clsx|use-sync-external-store)[\\/](?!.*\b(useBlocker|useMutation|mutationObserver|useInfiniteQuery|infiniteQueryObserver|useSuspenseQuery)\.)/;

// the most visited pages, named as the router splits them
const FIRST_PAGES = ["index", "sessions.$id"].map(
  (route) => `${import.meta.dirname}/src/app/routes/${route}.tsx?tsr-split=component---loader`,
);

// small modules that one of them shares with other pages: a file of each would be a request more
const SMALL_SHARED =
  /useInfiniteQuery|infiniteQueryObserver|src\/(components\/MoreButton|lib\/hooks\/(useDebounced|useIsLeaving)|features\/sessions\/suggest)/;

// the oldest browsers that the application runs in; scripts/browsers.mjs checks what the build needs
const OLDEST_BROWSERS = manifest.browserslist.map((browser) =>
  browser.replace("ios_saf", "ios").replace(" ", ""),
);

// Modules are loaded once per thread, not once per file. A test that changes a module's state restores it.
const SHARED = { pool: "threads", isolate: false } as const;

export default defineConfig({
  plugins: [
    tanstackRouter({
      target: "react",
      autoCodeSplitting: true,
      routesDirectory: "src/app/routes",
      generatedRouteTree: "src/app/routes.gen.ts",
      quoteStyle: "double",
      semicolons: true,
    }),
    react(),
    tailwindcss(),
    boot(
      [
        {
          path: "^/$",
          route: "routes/index.tsx",
          data: [
            // boot.js shows the first picture of these two
            "/api/sessions?ordering=-created_at&limit=12",
            "/api/sessions?$weekend&ordering=next_slot&limit=8",
            "/api/marketplace",
            "/api/sessions?featured=true&limit=4",
            "/api/sessions?max_price=0&ordering=-price&limit=8",
            "/api/sessions/facets",
          ],
        },
        {
          path: "^/sessions/([\\w-]+)/?$",
          route: "routes/sessions.$id.tsx",
          data: ["/api/marketplace", "/api/sessions/$1"],
        },
      ],
      {
        common: new URL("./src/lib/i18n/en/common.json", import.meta.url),
        sessions: new URL("./src/features/sessions/texts.en.json", import.meta.url),
      },
    ),
    compression({
      include: /\.(html|js|css|svg|json|txt|webmanifest)$/,
      threshold: 512,
      algorithms: [defineAlgorithm("brotliCompress"), defineAlgorithm("gzip", { level: 9 })],
    }),
  ],
  resolve: {
    alias: {
      "~": new URL("./src", import.meta.url).pathname,
      // TanStack imports it with what React before 18 lacks
      "use-sync-external-store/shim/with-selector": "use-sync-external-store/with-selector",
    },
  },
  build: {
    target: OLDEST_BROWSERS,
    manifest: true,
    assetsInlineLimit: 0,
    // boot inlines the styles; a file of each chunk's would be loaded once more, and lazy components wait for it
    cssCodeSplit: false,
    modulePreload: {
      // every target browser supports it
      polyfill: false,
      // the entry names the files that its own parts preload; leaving these out keeps it small for every visitor
      resolveDependencies: (file, needed) =>
        /(Bars|Drawer|ExpiredSignInDialog|Footer|NavCount|OfflineBar|Toasts)-/.test(file) ? [] : needed,
    },
    // one chunk for third-party code that every page needs: compresses better, and stays cached when only our code
    // changes
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "vendor", test: VENDOR, priority: 3 },
            { name: "app", tags: ["$initial"], priority: 2 },
            { name: "icons", test: /node_modules[\\/]lucide-react[\\/]/, priority: 1 },
            { name: sharedBy(FIRST_PAGES, "browse", SMALL_SHARED) },
            // what the session page shares with others, likewise
            {
              name: sharedBy(FIRST_PAGES.slice(1), "booking", /useMutation|mutationObserver/),
              minShareCount: 2,
            },
          ],
        },
      },
    },
  },
  server: {
    port: 3000,
    strictPort: true,
    proxy: { "/api": backend, "/health": backend, "/docs-assets": backend },
  },
  test: {
    env: { TZ: "UTC" },
    // only ends a test that hangs: a busy machine takes seconds to parse all modules
    testTimeout: 60_000,
    // a DOM is expensive to set up, so only component tests get one
    projects: [
      {
        extends: true,
        test: { name: "rules", include: ["src/**/*.test.ts"], environment: "node", ...SHARED },
      },
      {
        extends: true,
        test: { name: "components", include: ["src/**/*.test.tsx"], environment: "happy-dom", ...SHARED },
      },
    ],
  },
});
