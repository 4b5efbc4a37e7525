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

/** Reach the application through `test/support/open-app.ts`, in workerd too. */
const APP = "test/app/**/*.test.ts";
/** What the Worker runs of the text code, the engine and the stores is tested where it runs, too. */
const TEXT = "test/unit/text/**/*.test.ts";
const MATRIX = "test/faults/matrix.test.ts";
const CONTRACTS = ["test/contract/**/*.test.ts", "test/model/**/*.test.ts"];
const ENGINE = [
  "test/contract/qdrant/qdrant-local.test.ts",
  "test/model/qdrant/qdrant-local.test.ts",
];
const CONVERSATIONS = "test/contract/conversations/memory.test.ts";
/** Needs a D1 database, which only workerd has. */
const D1 = "test/contract/conversations/d1.test.ts";
/** Hold answers to deadlines, or the start to its time. */
const TIMED = ["test/faults/**/*.test.ts", "test/node/start.test.ts"];
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

/** One after the other, so that a busy machine breaks no deadline. */
const GROUPS = {
  // Most of these wait at times: for processes to start, for a disk, for a peer.
  quick: { maxWorkers: 3, sequence: { groupOrder: 0 } },
  timed: { maxWorkers: 2, sequence: { groupOrder: 1 } },
  // A browser takes both cores of a small machine by itself.
  chromium: { maxWorkers: 2, sequence: { groupOrder: 2 } },
};

export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        define,
        plugins: [asInProduct],
        test: {
          ...shared,
          ...GROUPS.quick,
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: [...CONTRACTS, ...TIMED, ...IN_CHROMIUM],
        },
      },
      {
        root,
        define,
        plugins: [asInProduct],
        test: {
          ...test,
          ...GROUPS.quick,
          name: "contract",
          include: CONTRACTS,
          exclude: [D1],
        },
      },
      {
        root,
        define,
        plugins: [workers, asInProduct],
        test: {
          ...test,
          ...GROUPS.quick,
          name: "workerd-contract",
          include: [...ENGINE, CONVERSATIONS, D1],
        },
      },
      {
        root,
        define,
        plugins: [workers, asInProduct],
        test: {
          ...shared,
          ...GROUPS.quick,
          name: "workerd",
          include: [APP, TEXT, MATRIX],
          // The first request to a Worker loads a thousand modules.
          hookTimeout: 60_000,
        },
      },
      {
        root,
        define,
        plugins: [asInProduct],
        test: { ...shared, ...GROUPS.timed, name: "faults", include: TIMED },
      },
      {
        root,
        define,
        plugins: [asInProduct],
        test: { ...shared, ...GROUPS.chromium, name: "chromium", include: IN_CHROMIUM },
      },
    ],
  },
});
