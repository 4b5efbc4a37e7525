// A write that was done, whose answer is lost, and that nobody can look for: the one case in which readers may meet two
// versions. The writer is told that it failed, and sending the same again heals it.
import { expect, it } from "vitest";
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
