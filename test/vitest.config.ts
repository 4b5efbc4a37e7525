import { cloudflareTest } from "@cloudflare/vitest-plugin";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { buildBrowserCode } from "../src/node/build.ts";
import { startWorldsServer } from "./support/worlds-server.ts";

await buildBrowserCode();

// Hundreds of processes start in a run, each from source: what one of them compiled, the next ones need not.
process.env["NODE_COMPILE_CACHE"] ??= new URL("../.build/compile-cache", import.meta.url).pathname;

const define = {
  /** Where tests order their upstreams; see test/support/world.ts. */
  WORLDS: JSON.stringify(await startWorldsServer()),
  /** `npm run test:full`: long sweeps in their full length. */
  FULL: JSON.stringify(process.env["FULL"] === "1"),
};

const root = new URL("..", import.meta.url).pathname;

const UNIT = "test/unit/**/*.test.ts";
/** Reach the application through `test/support/open-app.ts`, in workerd too. */
const APP = "test/app/**/*.test.ts";
/** What the Worker runs of the text code, the engine and the stores is tested where it runs, too. */
const TEXT = "test/unit/text/**/*.test.ts";
const MATRIX = "test/faults/matrix.test.ts";
const ENGINE = [
  "test/contract/qdrant/qdrant-local.test.ts",
  "test/model/qdrant/qdrant-local.test.ts",
];
const CONVERSATIONS = "test/contract/conversations/memory.test.ts";
/** Needs a D1 database, which only workerd has. */
const D1 = "test/contract/conversations/d1.test.ts";
const IN_CHROMIUM = ["test/browser/**/*.test.ts", "test/clients/**/*.test.ts"];

/** Packages as the product loads them; Vite would take their variants for development, which are slower. */
const asInProduct: Plugin = {
  name: "as-in-product",
  configResolved({ ssr, environments }) {
    const isNeutral = (condition: string): boolean => condition !== "development|production";
    for (const { resolve } of [ssr, ...Object.values(environments)]) {
      if (resolve?.conditions) resolve.conditions = resolve.conditions.filter(isNeutral);
      if (resolve?.externalConditions)
        resolve.externalConditions = resolve.externalConditions.filter(isNeutral);
    }
  },
};

const test = {
  testTimeout: 20_000,
  hookTimeout: 30_000,
  setupFiles: ["test/support/expect-no-complaints.ts"],
};
/**
 * Most files take longer to load the modules than to run, so those of a worker share them. Not those that hold the
 * engine to the official client: the application imports the client in a way of its own.
 */
const shared = { ...test, isolate: false };

const workers = cloudflareTest({
  wrangler: { configPath: "./wrangler.toml" },
  miniflare: { d1Databases: ["TEST_CONVERSATIONS"] },
});

export default defineConfig({
  root,
  test: {
    // Most files wait: for deadlines, for processes to start, for a reader's silence.
    maxWorkers: 2,
    projects: [
      {
        root,
        define,
        plugins: [asInProduct],
        test: {
          ...test,
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: [UNIT, APP, D1, ...IN_CHROMIUM],
          environment: "node",
        },
      },
      {
        root,
        define,
        plugins: [asInProduct],
        test: { ...shared, name: "node-shared", include: [UNIT, APP], environment: "node" },
      },
      {
        root,
        define,
        plugins: [asInProduct],
        test: {
          ...shared,
          name: "chromium",
          include: IN_CHROMIUM,
          // A browser takes both cores: beside it deadlines could not be kept.
          sequence: { groupOrder: 1 },
        },
      },
      {
        root,
        define,
        plugins: [workers, asInProduct],
        test: { ...test, name: "workerd", include: [...ENGINE, CONVERSATIONS, D1] },
      },
      {
        root,
        define,
        plugins: [workers, asInProduct],
        // The first request to a Worker loads a thousand modules.
        test: {
          ...shared,
          name: "workerd-shared",
          include: [APP, TEXT, MATRIX],
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
