// Files that are no store, or no longer one: refused with what to do, and left as they are.
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteStorage } from "../../src/node/sqlite.ts";
import { createQdrantLocal } from "../../src/qdrant-local/engine.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "store-refusals-"));
  file = join(folder, "qdrant.sqlite");
});
afterEach(() => rmSync(folder, { recursive: true }));

const LARGEST_ID = 2n ** 64n - 1n;

/** A store of 50 points and one with the largest id, closed. */
async function writeStore(): Promise<void> {
  const storage = openSqliteStorage(folder);
  const engine = createQdrantLocal({ storage });
  const send = async (method: string, path: string, body: string): Promise<void> => {
    const request = new Request(`http://qdrant.local${path}`, { method, body });
    expect((await engine.fetch(request)).status).toBe(200);
  };
  const text = "words ".repeat(100);
  const points = Array.from(
    { length: 50 },
    (_, id) => `{"id":${id},"vector":[${id},1],"payload":{"text":"${text}","big":${LARGEST_ID}}}`,
  );
  await send(
    "PUT",
    "/collections/a",
    '{"vectors":{"size":2,"distance":"Dot"},"metadata":{"kept":1}}',
  );
  await send("PUT", "/collections/a/index", '{"field_name":"text","field_schema":"text"}');
  await send("PUT", "/collections/a/points", `{"points":[${points.join()}]}`);
  await send("PUT", "/collections/a/points", `{"points":[{"id":${LARGEST_ID},"vector":[1,2]}]}`);
  storage.close();
}

function change(sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

function open(): void {
  const storage = openSqliteStorage(folder);
  try {
    createQdrantLocal({ storage });
  } finally {
    storage.close();
  }
}

const FAULTS: [name: string, spoil: () => void, message: RegExp][] = [
  [
    "a newer format",
    () => change("PRAGMA user_version = 99"),
    /has format 99, and this version reads format \d+: start the version that wrote it/,
  ],
  [
    "a file of another program",
    () => change("PRAGMA application_id = 7"),
    /is not a store of this program: move it away or name another folder/,
  ],
  [
    "a file that is not SQLite's",
    () => writeFileSync(file, "notes ".repeat(1000)),
    /is damaged .*: put a copy in its place, or move it away/,
  ],
  ["a truncated file", () => truncateSync(file, 8192), /is damaged/],
  [
    "a changed payload",
    () => change(`UPDATE points SET payload = '{"text":"other"}' WHERE number = 7`),
    /is damaged \(point 7 is not what was written\)/,
  ],
  [
    "a changed vector",
    () => change("UPDATE vectors SET floats = x'0000000000000000' WHERE number = 65536 * 7"),
    /is damaged \(vector \d+ is not what was written\)/,
  ],
  [
    "a point without its vector's row",
    () => change("DELETE FROM points WHERE number = 7"),
    /is damaged \(vector \d+ has no point\)/,
  ],
];

describe("openSqliteStorage", () => {
  it.each(FAULTS)(
    "refuses %s, says what to do, and changes nothing",
    async (_name, spoil, message) => {
      await writeStore();
      spoil();
      const before = readFileSync(file);
      expect(open).toThrow(message);
      expect(open).toThrow(/^[^\n]+$/);
      expect(readFileSync(file).equals(before)).toBe(true);
    },
  );

  it("gives back large integers, versions, indexes and metadata as they were", async () => {
    await writeStore();
    const storage = openSqliteStorage(folder);
    const engine = createQdrantLocal({ storage });
    const read = async (path: string, body?: string): Promise<string> => {
      const init = body === undefined ? {} : { method: "POST", body };
      return (await engine.fetch(new Request(`http://qdrant.local${path}`, init))).text();
    };
    const query = '{"query":[0,1],"limit":1,"with_payload":["big"]}';
    expect(await read("/collections/a/points/query", query)).toContain(
      // Operations count from 0: the index was the first of them.
      `{"id":${LARGEST_ID},"version":2,"score":2,"payload":{}}`,
    );
    const scroll = await read("/collections/a/points/scroll", '{"limit":1}');
    expect(scroll).toContain(`"big":${LARGEST_ID}`);
    const info = await read("/collections/a");
    expect(info).toContain('"metadata":{"kept":1}');
    expect(info).toMatch(/"text":\{"data_type":"text",.*"points":50\}/);
    storage.close();
  });
});
