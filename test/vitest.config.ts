import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { buildBrowserCode } from "../src/node/build.ts";
import { startWorldsServer } from "./support/worlds-server.ts";

await buildBrowserCode();

const define = {
  /** Where tests order their upstreams; see test/support/world.ts. */
  WORLDS: JSON.stringify(await startWorldsServer()),
  /** `npm run test:full`: long sweeps in their full length. */
  FULL: JSON.stringify(process.env["FULL"] === "1"),
};

/** Needs a D1 database, which only workerd has. */
const D1 = "test/contract/conversations/d1.test.ts";

const root = new URL("..", import.meta.url).pathname;
/** The same files run on Node and in workerd: they reach the application through `test/support/open-app.ts`. */
const BOTH = [
  "test/app/**/*.test.ts",
  "test/contract/qdrant/qdrant-local.test.ts",
  "test/faults/matrix.test.ts",
  "test/model/qdrant/qdrant-local.test.ts",
  "test/unit/text/**/*.test.ts",
];

const IN_CHROMIUM = ["test/browser/**/*.test.ts", "test/clients/**/*.test.ts"];

export default defineConfig({
  root,
  test: {
    // Most files wait: for deadlines, for processes to start, for a reader's silence.
    maxWorkers: 2,
    // The first request to a Worker loads a thousand modules.
    testTimeout: 20_000,
    hookTimeout: 30_000,
    projects: [
      {
        root,
        define,
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: [D1, ...IN_CHROMIUM],
          environment: "node",
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        root,
        define,
        test: {
          name: "chromium",
          include: IN_CHROMIUM,
          // A browser takes both cores: beside it deadlines could not be kept.
          sequence: { groupOrder: 1 },
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        root,
        define,
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: { d1Databases: ["TEST_CONVERSATIONS"] },
          }),
        ],
        test: {
          name: "workerd",
          include: [...BOTH, "test/contract/conversations/memory.test.ts", D1],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
