import tailwindcss from "@tailwindcss/vite";
import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { compression, defineAlgorithm } from "vite-plugin-compression2";
import { defineConfig } from "vitest/config";
import { boot } from "./scripts/boot/plugin";

const backend = process.env.MARKETPLACE_BACKEND ?? "http://localhost:8000";

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
          data: ["/api/marketplace", "/api/sessions?ordering=-created_at&limit=12", "/api/sessions/facets"],
        },
        {
          path: "^/sessions/([\\w-]+)/?$",
          route: "routes/sessions.$id.tsx",
          data: ["/api/marketplace", "/api/sessions/$1"],
        },
      ],
      {
        common: new URL("./src/app/i18n/en/common.json", import.meta.url),
        sessions: new URL("./src/features/sessions/texts.en.json", import.meta.url),
      },
    ),
    compression({
      include: /\.(html|js|css|svg|json|txt|webmanifest)$/,
      threshold: 512,
      algorithms: [defineAlgorithm("brotliCompress"), defineAlgorithm("gzip", { level: 9 })],
    }),
  ],
  resolve: { alias: { "~": new URL("./src", import.meta.url).pathname } },
  build: {
    target: "es2023",
    cssTarget: "chrome123",
    manifest: true,
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        // few files to begin with: on a slow line each costs a turn
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules\/(react|react-dom|scheduler)\// },
            {
              name: "base",
              test: /node_modules\/(@tanstack|i18next|react-i18next|openapi-fetch|clsx|use-sync-external-store)\//,
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
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"], env: { TZ: "UTC" } },
});
