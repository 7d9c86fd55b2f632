import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { NextConfig } from "next";

const config: NextConfig = {
  // Without it Next.js looks for a lockfile upwards, and takes whatever folder it is built below for the app's root.
  turbopack: { root: dirname(fileURLToPath(import.meta.url)) },
  // The page has no pictures, so nothing needs the image service and its native library.
  images: { unoptimized: true },
  poweredByHeader: false,
  reactStrictMode: true,
  headers: async () => [
    {
      source: "/:path*",
      headers: [
        { key: "X-Content-Type-Options", value: "nosniff" },
        { key: "X-Frame-Options", value: "DENY" },
        { key: "Referrer-Policy", value: "no-referrer" },
      ],
    },
  ],
};

export default config;
