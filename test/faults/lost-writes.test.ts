// Writes beyond the fault matrix. One that was done, whose answer is lost and that nobody can look for is the one case in
// which readers may meet two versions: the writer is told that it failed, and sending the same again heals it.
import { describe, expect, it } from "vitest";
import type { WorldCommand } from "../support/world.ts";
import { LONG } from "../support/matrix-faults.ts";
import { COLLECTION, runIngest, showClean } from "../support/matrix-ingest.ts";

const lose = (path: string, exact = false): WorldCommand => ({
  do: "fault-qdrant",
  path,
  exact,
  fault: { kind: "reset" },
  options: { reachesTarget: true },
});

describe("a write that was done and can not be looked for", () => {
  it.each([
    ["the passages", COLLECTION, "old"],
    ["the document", "tributary", "new"],
  ] as const)("heals when the same is sent again: %s", async (_name, collection, document) => {
    const { outcome, complaints } = await runIngest(
      "upsert",
      // Qdrant reads points at the path at which it writes them, without parameters.
      [
        lose(`/collections/${collection}/points?wait`),
        lose(`/collections/${collection}/points`, true),
      ],
      LONG,
      await showClean("upsert"),
    );
    expect(outcome).toEqual({ status: 503, code: "storage-unavailable", document, search: "both" });
    expect(complaints).toEqual([]);
  });
});

describe("a write that never reached the store", () => {
  it.each([
    ["upsert", "points?wait"],
    ["delete", "points/delete"],
  ] as const)("leaves the old version: %s", async (place, path) => {
    const never = { ...lose(`/collections/${COLLECTION}/${path}`), options: {} };
    const clean = await showClean(place);
    const { outcome, complaints } = await runIngest(place, [never], LONG, clean);
    expect(outcome).toEqual({
      status: 503,
      code: "storage-unavailable",
      document: "old",
      search: "old",
    });
    expect(complaints).toEqual([]);
  });
});
