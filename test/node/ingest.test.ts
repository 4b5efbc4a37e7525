import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  CLI,
  type Finished,
  freeAddress,
  postJson,
  runProcess,
  startTributary,
  type Tributary,
} from "./tributary.ts";

const KEY = "canary-admin-key";
const STACK = /^\s+at .+[:(]|node:internal|file:\/\//m;
const LARGEST_DOCUMENT = 20_000;

let tributary: Tributary;
let folder: string;

beforeAll(async () => {
  tributary = await startTributary({
    SAMPLES: "false",
    MAX_DOCUMENT_CHARACTERS: String(LARGEST_DOCUMENT),
  });
});
afterAll(() => tributary.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tributary-ingest-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}

function ingest(
  commandArguments: string[],
  env: Record<string, string> = {},
  url = tributary.url,
): Promise<Finished> {
  return runProcess(process.execPath, [CLI, ...commandArguments, "--url", url], { env });
}

async function sizeOf(name: string): Promise<{ documents: number; chunks: number } | undefined> {
  const response = await fetch(`${tributary.url}/collections`);
  const { collections } = (await response.json()) as {
    collections: { name: string; documents: number; chunks: number }[];
  };
  const found = collections.find((collection) => collection.name === name);
  return found && { documents: found.documents, chunks: found.chunks };
}

interface Found {
  documentId: string;
  text: string;
}

async function search(collection: string, query: string): Promise<Found[]> {
  const response = await postJson(`${tributary.url}/search`, { query, collections: [collection] });
  const body = (await response.json()) as { results: Found[]; dropped: Found[] };
  expect(response.status).toBe(200);
  return [...body.results, ...body.dropped];
}

describe("ingest", () => {
  it("stores Markdown and text of nested folders, and a chat finds them", async () => {
    write("quokka.md", "# Quokka\n\nThe quokka of Rottnest Island sleeps eleven hours a day.\n");
    write("deep/er/axolotl.txt", "The axolotl regrows a lost leg within forty days.\n");
    write("deep/haenyeo.markdown", "# 해녀\n\n해녀는 숨을 이 분 동안 참고 전복을 딴다.\n");
    write(".hidden/secret.md", "Hidden files are passed over.\n");
    const { code, stdout, stderr } = await ingest([folder, "--collection", "nested"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("Stored 3 documents, 3 chunks");
    expect(await sizeOf("nested")).toEqual({ documents: 3, chunks: 3 });

    for (const [message, words, id] of [
      ["How many hours a day does the quokka sleep?", "eleven hours", "quokka.md"],
      ["When does the axolotl regrow a lost leg?", "forty days", "deep/er/axolotl.txt"],
      ["해녀는 숨을 얼마나 참아요?", "이 분", "deep/haenyeo.markdown"],
    ] as const) {
      const answer = (await (
        await postJson(`${tributary.url}/chat`, { message, stream: false, collections: ["nested"] })
      ).json()) as { answer: string; answered: boolean; sources: { documentId: string }[] };
      expect(answer.answered, message).toBe(true);
      expect(answer.answer).toContain(words);
      expect(answer.sources.map(({ documentId }) => documentId)).toContain(id);
    }
  });

  it("stores what it can and names every file that it left out, with the reason", async () => {
    write("good.md", "# Good\n\nThis one is stored.\n");
    write("sub/also-good.txt", "This one is stored too.\n");
    write("empty.md", "");
    write("blank.txt", " \n\t\n");
    write(
      "binary.md",
      Uint8Array.from({ length: 512 }, (_, index) => (index * 37) % 256),
    );
    write("latin-1.txt", Buffer.from("Die Straße führt über den Fluß.\n", "latin1"));
    write("over-the-cli.md", Buffer.alloc(4_000_001, "word "));
    write("over-the-server.md", "word ".repeat(LARGEST_DOCUMENT / 4));
    write("picture.png", Uint8Array.from([0x89, 0x50, 0x4e, 0x47]));
    const { code, stdout, stderr } = await ingest([folder, "--collection", "mixed"]);
    expect(code).toBe(1);
    expect(stdout).toContain("Stored 2 documents");
    expect(await sizeOf("mixed")).toMatchObject({ documents: 2 });
    expect(stderr).toContain(`${join(folder, "over-the-server.md")}: `);
    const reasons = Object.fromEntries(
      stderr
        .split("\n")
        .slice(1, -1)
        .map((line) => {
          const [name = "", ...why] = line.trim().split(": ");
          return [name.split("/").at(-1), why.join(": ")];
        }),
    );
    expect(reasons).toEqual({
      "empty.md": expect.stringContaining("empty"),
      "blank.txt": expect.stringContaining("empty"),
      "binary.md": expect.stringContaining("binary"),
      "latin-1.txt": expect.stringContaining("UTF-8"),
      "over-the-cli.md": expect.stringMatching(/larger than \d/),
      "over-the-server.md": expect.stringContaining(`more than ${LARGEST_DOCUMENT} characters`),
      "picture.png": expect.stringContaining("neither Markdown nor plain text"),
    });
    expect(stderr).not.toMatch(STACK);
  });

  it("leaves the same number of chunks when it is run again", async () => {
    for (let index = 0; index < 30; index++)
      write(`d${index}.md`, `# Document ${index}\n\n${`Sentence of ${index}. `.repeat(150)}\n`);
    const first = await ingest([folder, "--collection", "again"]);
    expect(first.code).toBe(0);
    const size = await sizeOf("again");
    expect(size?.documents).toBe(30);
    expect(size?.chunks).toBeGreaterThan(30);
    expect((await ingest([folder, "--collection", "again"])).code).toBe(0);
    expect(await sizeOf("again")).toEqual(size);
  });

  it("leaves no chunk of an older, longer version", async () => {
    const long = ["# Notes", "Kept words about herons."];
    for (let index = 0; index < 12; index++)
      long.push(`## Part ${index}`, `${"Filling text. ".repeat(60)} Zebrafinch number ${index}.`);
    write("notes.md", long.join("\n\n"));
    expect((await ingest([folder, "--collection", "shorter"])).code).toBe(0);
    const before = await search("shorter", "zebrafinch number");
    expect(before.some(({ text }) => text.includes("Zebrafinch"))).toBe(true);
    expect((await sizeOf("shorter"))?.chunks).toBeGreaterThan(5);

    write("notes.md", "# Notes\n\nKept words about herons.\n");
    expect((await ingest([folder, "--collection", "shorter"])).code).toBe(0);
    expect(await sizeOf("shorter")).toEqual({ documents: 1, chunks: 1 });
    const after = await search("shorter", "zebrafinch number");
    expect(after.filter(({ text }) => text.includes("Zebrafinch"))).toEqual([]);
    expect((await search("shorter", "herons")).map(({ text }) => text)).toHaveLength(1);
  });

  it("takes a single file", async () => {
    write("one.md", "# One\n\nJust one.\n");
    expect((await ingest([join(folder, "one.md"), "--collection", "single"])).code).toBe(0);
    expect((await search("single", "just one")).map(({ documentId }) => documentId)).toEqual([
      "one.md",
    ]);
  });

  it("never says that it stored more documents than there are", async () => {
    write("a/readme.md", "# Apples\n\nApples are red.\n");
    write("b/readme.md", "# Bananas\n\nBananas are yellow.\n");
    const { code, stdout, stderr } = await ingest([
      join(folder, "a"),
      join(folder, "b"),
      "--collection",
      "clash",
    ]);
    const stored = Number(/Stored (\d+) documents/.exec(stdout)?.[1]);
    expect(stored).toBe((await sizeOf("clash"))?.documents);
    // Either both are there, or the one that is not is named and the exit code says so.
    expect(code).toBe(stored === 2 ? 0 : 1);
    if (stored === 1) expect(stderr).toMatch(/b\/readme\.md: has the id readme\.md/);
  });

  it("takes a file that is given twice once", async () => {
    write("one.md", "# One\n\nJust one.\n");
    const { code, stdout } = await ingest([
      folder,
      join(folder, "one.md"),
      "--collection",
      "twice",
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain("Stored 1 documents");
  });
});

describe("ingest where writing needs a key", () => {
  let guarded: Tributary;
  beforeAll(async () => {
    guarded = await startTributary({ SAMPLES: "false", ADMIN_KEY: KEY });
  });
  afterAll(() => guarded.stop());
  beforeEach(() => write("one.md", "# One\n\nJust one.\n"));

  it.each([
    ["no key", {}],
    ["an empty key", { ADMIN_KEY: "" }],
    ["a wrong key", { ADMIN_KEY: "canary-wrong-key" }],
  ])("refuses with %s, clearly", async (_name, env) => {
    const { code, stdout, stderr } = await ingest([folder, "--collection", "x"], env, guarded.url);
    expect(code).toBe(1);
    expect(stderr).toContain("ADMIN_KEY");
    expect(stderr).not.toMatch(STACK);
    expect(stdout + stderr).not.toContain("canary");
    expect(stdout).not.toContain("Stored 1");
  });

  it("writes with the right key and does not show it", async () => {
    const { code, stdout, stderr } = await ingest(
      [folder, "--collection", "x"],
      { ADMIN_KEY: KEY },
      guarded.url,
    );
    expect(code).toBe(0);
    expect(stdout + stderr).not.toContain(KEY);
  });

  it("reads the key from .env, as the server does", async () => {
    write(".env", `ADMIN_KEY=${KEY}\n`);
    const { code } = await runProcess(
      process.execPath,
      [CLI, ".", "--collection", "x", "--url", guarded.url],
      { cwd: folder },
    );
    expect(code).toBe(0);
  });
});

describe("ingest with something missing", () => {
  it("says that no server answers, and where", async () => {
    write("one.md", "# One\n\nJust one.\n");
    const url = await freeAddress();
    const { code, stderr } = await ingest([folder, "--collection", "x"], {}, url);
    expect(code).toBe(1);
    expect(stderr).toContain(url);
    expect(stderr).toContain("npm start");
    expect(stderr).not.toMatch(STACK);
  });

  it.each([
    ["nothing", []],
    ["no folder", ["--collection", "x"]],
    ["no collection", ["."]],
    ["an address that is none", [".", "--collection", "x", "--url", "nowhere"]],
    ["an option that there is not", [".", "--collection", "x", "--bogus"]],
    ["an option without its value", [".", "--collection"]],
  ])("shows how it is used for %s, with code 2", async (_name, commandArguments) => {
    const { code, stderr } = await runProcess(process.execPath, [CLI, ...commandArguments]);
    expect(stderr).toContain("--collection <name>");
    expect(stderr).not.toMatch(STACK);
    expect(code).toBe(2);
  });

  it("says so when a folder does not exist or holds nothing", async () => {
    const missing = await ingest([join(folder, "missing"), "--collection", "x"]);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/missing: does not exist/);
    const nothing = await ingest([folder, "--collection", "x"]);
    expect(nothing.code).toBe(1);
    expect(nothing.stderr).toContain("nothing to store");
  });
});
