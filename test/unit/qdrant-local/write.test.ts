import { describe, expect, it } from "vitest";
import { createDatabase } from "../../../src/qdrant-local/database.ts";
import type { Write } from "../../../src/qdrant-local/route.ts";
import type { Change, PlannedChange, StoredVector } from "../../../src/qdrant-local/storage.ts";
import { createWriter } from "../../../src/qdrant-local/write.ts";

const DEFINITION = {
  config: { vectors: { size: 2, distance: "Dot" }, sparse_vectors: { words: {} } },
  metadata: {},
  payloadIndexes: { tag: "keyword" },
};

function openWriter() {
  const commits: (readonly Change[])[] = [];
  let isBroken = false;
  const database = createDatabase();
  const writer = createWriter(database, {
    load: () => [],
    commit(changes) {
      if (isBroken) throw new Error("disk full");
      commits.push(changes);
    },
  });
  const step = (change: PlannedChange): (() => Write) => {
    return () => ({ changes: [change], result: () => database.get("x").lastOperation() });
  };
  writer.write(step({ kind: "put-collection", collection: "x", definition: DEFINITION }));
  writer.write(step({ kind: "put-points", collection: "x", points: [point(1, "old")] }));
  return { database, writer, commits, step, breakDisk: () => void (isBroken = true) };
}

function point(id: number, tag: string) {
  const words = { indices: Uint32Array.of(id), values: Float32Array.of(1) };
  const vectors = new Map<string, StoredVector>([
    ["", Float32Array.of(id, 1)],
    ["words", words],
  ]);
  return { id, payload: { tag }, vectors };
}

function contents({ database }: ReturnType<typeof openWriter>): unknown {
  const collection = database.get("x");
  const points = collection.sortedRows().map((row) => {
    const { indices, values } = collection.sparse.get("words")?.get(row) ?? {};
    return [
      collection.idOf(row),
      collection.payloadOf(row),
      collection.versionOf(row),
      collection.dense.get("")?.get(row),
      { indices, values },
    ];
  });
  const tagged = ["old", "new"].map(
    (tag) => collection.indexes.get("tag")!.values!.byValue.get(tag)?.length ?? 0,
  );
  return { points, tagged, operation: collection.lastOperation() };
}

describe("writeSteps", () => {
  const steps = ({ step }: ReturnType<typeof openWriter>) => [
    step({ kind: "put-points", collection: "x", points: [point(1, "new"), point(2, "new")] }),
    step({ kind: "delete-points", collection: "x", ids: [1, 7] }),
    step({ kind: "put-points", collection: "x", points: [{ id: 2, payload: {} }] }),
  ];

  it("keeps all steps with one commit, each with a number of its own", () => {
    const opened = openWriter();
    expect(opened.writer.writeSteps(steps(opened))).toEqual([1, 2, 3]);
    expect(opened.commits).toHaveLength(3);
    expect(opened.commits[2]).toMatchObject([
      { kind: "put-points", operation: 1 },
      { kind: "delete-points", operation: 2 },
      { kind: "put-points", operation: 3 },
    ]);
    expect(contents(opened)).toMatchObject({
      points: [[2, {}, 3, Float32Array.of(2, 1), {}]],
      tagged: [0, 0],
    });
  });

  it("leaves nothing behind when a later step is refused or the commit fails", () => {
    for (const failure of ["step", "commit"]) {
      const opened = openWriter();
      const before = contents(opened);
      const plans = steps(opened);
      if (failure === "commit") opened.breakDisk();
      else
        plans.push(() => {
          throw new Error("refused");
        });
      expect(() => opened.writer.writeSteps(plans)).toThrow(/refused|disk full/);
      expect(contents(opened)).toEqual(before);
      expect(opened.commits).toHaveLength(2);
    }
  });
});
