import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  CLI,
  type Finished,
  MAIN,
  postJson,
  runProcess,
  startTributary,
  type Tributary,
} from "./tributary.ts";

const STACK = /^\s+at .+[:(]|node:internal|file:\/\//m;

let folder: string;
let started: Tributary[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tributary-data-"));
});
afterEach(async () => {
  for (const tributary of started) await tributary.stop();
  started = [];
  rmSync(folder, { recursive: true });
});

const data = (): string => join(folder, "data");

async function start(env: Record<string, string> = {}): Promise<Tributary> {
  const tributary = await startTributary({ DATA_DIR: data(), ...env });
  started.push(tributary);
  return tributary;
}

async function end(tributary: Tributary, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  tributary.kill(signal);
  await tributary.exited;
}

/** A start that is expected to end by itself. */
function startInVain(): Promise<Finished> {
  return runProcess(process.execPath, [MAIN], { env: { PORT: "0", DATA_DIR: data() } });
}

async function put({ url }: Tributary, id: string, text: string): Promise<number> {
  const response = await fetch(`${url}/collections/notes/documents/${id}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ text }),
  });
  return response.status;
}

async function collectionsOf({ url }: Tributary): Promise<Record<string, number>> {
  const { collections } = (await (await fetch(`${url}/collections`)).json()) as {
    collections: { name: string; documents: number }[];
  };
  return Object.fromEntries(collections.map(({ name, documents }) => [name, documents]));
}

async function ask({ url }: Tributary, message: string): Promise<string> {
  const response = await postJson(`${url}/chat`, { message, stream: false });
  return ((await response.json()) as { answer: string }).answer;
}

describe("DATA_DIR", () => {
  it.each(["SIGTERM", "SIGKILL"] as const)(
    "keeps what was acknowledged over a start that ended by %s",
    async (signal) => {
      const first = await start({ SAMPLES: "false" });
      for (let index = 0; index < 5; index++)
        expect(await put(first, `d${index}`, `The zorilla${index} eats berries${index}.`)).toBe(
          200,
        );
      await end(first, signal);

      const second = await start({ SAMPLES: "false" });
      expect(await collectionsOf(second)).toEqual({ notes: 5 });
      expect(await ask(second, "What does the zorilla3 eat?")).toContain("berries3");
      expect(await put(second, "d5", "The zorilla5 eats berries5.")).toBe(200);
      expect(await collectionsOf(second)).toEqual({ notes: 6 });
    },
  );

  it("takes the samples in once: what was removed does not come back", async () => {
    const first = await start();
    expect(first.stdout()).toContain("guides: 14 documents");
    expect(first.stdout()).toContain(`Documents are kept in ${data()}`);
    const tent = `${first.url}/collections/products/documents/aurora-2-tent`;
    expect((await fetch(tent, { method: "DELETE" })).status).toBe(204);
    await end(first);

    const second = await start();
    expect(second.stdout()).not.toContain("guides: ");
    expect(await collectionsOf(second)).toEqual({ guides: 14, policies: 10, products: 15 });
    expect(second.stdout()).toContain("How heavy is the Aurora 2 tent?");
    expect(await (await fetch(second.url)).text()).toContain("sample documents");
    expect(readdirSync(data())).not.toContain("samples-loading");
  });

  it("loads the samples again where loading them was interrupted", async () => {
    await end(await start());
    writeFileSync(join(data(), "samples-loading"), "");
    const again = await start();
    expect(again.stdout()).toContain("guides: 14 documents");
    expect(await collectionsOf(again)).toEqual({ guides: 14, policies: 10, products: 16 });
  });

  it("never puts the samples beside documents of one's own", async () => {
    const first = await start({ SAMPLES: "false" });
    await put(first, "a", "Otters live at the lake.");
    await end(first);
    const second = await start();
    expect(await collectionsOf(second)).toEqual({ notes: 1 });
    expect(await (await fetch(second.url)).text()).not.toContain("sample documents");
    expect(second.stdout()).not.toContain("Aurora");
  });

  it("lets one process in at a time: the second ends with one clear message", async () => {
    const first = await start({ SAMPLES: "false" });
    const { code, stdout, stderr } = await startInVain();
    expect(code).toBe(1);
    expect(stderr).toBe(
      `The store in ${data()} is in use by another process: stop that one, or name another folder. (DATA_DIR names the folder.)\n`,
    );
    expect(stdout).toBe("");
    expect(await put(first, "a", "Otters live at the lake.")).toBe(200);
    // A lock does not outlive its process, however that ends.
    await end(first, "SIGKILL");
    await start({ SAMPLES: "false" });
  });

  it("says what is wrong with a store that is damaged, and leaves it as it was", async () => {
    await end(await start({ SAMPLES: "false" }));
    const file = join(data(), "qdrant.sqlite");
    const bytes = readFileSync(file);
    bytes.fill(0xff, 0, 2000);
    writeFileSync(file, bytes);
    const { code, stderr } = await startInVain();
    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(/The store in .+ is damaged/);
    expect(stderr).not.toMatch(STACK);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it("shares its store with npm run ingest, which goes through the running server", async () => {
    const first = await start({ SAMPLES: "false" });
    for (let index = 0; index < 60; index++)
      writeFileSync(join(folder, `d${index}.md`), `# ${index}\n\nThe zorilla${index} sleeps.\n`);
    const ingest = (): Promise<Finished> =>
      runProcess(process.execPath, [CLI, folder, "--collection", "animals", "--url", first.url], {
        env: { DATA_DIR: data() },
      });
    const [one, two] = await Promise.all([ingest(), ingest()]);
    for (const { stderr } of [one, two]) expect(stderr).not.toMatch(/in use|lock/);
    expect(await collectionsOf(first)).toEqual({ animals: 60 });
    await end(first);
    expect(await collectionsOf(await start({ SAMPLES: "false" }))).toEqual({ animals: 60 });
  });

  it("keeps nothing with :memory:", async () => {
    const first = await startTributary({ SAMPLES: "false" }, folder);
    started.push(first);
    expect(await put(first, "a", "Otters live at the lake.")).toBe(200);
    await end(first);
    expect(readdirSync(folder)).toEqual([]);
  });
});
