// `npm run eval -- --rated`: what readers have rated, asked again.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Finished,
  postJson,
  ROOT,
  runProcess,
  startTributary,
  type Tributary,
} from "./tributary.ts";

const TENT = "How heavy is the Aurora 2 tent?";
const PRICE = "And what does it cost?";
const PLANET = "Which planet has the most moons and rings?";

type Line = Record<string, unknown> & { question: string; sources: object[] };

let folder: string;
let server: Tributary;
let lines: Line[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tributary-rated-"));
  server = await startTributary({ DATA_DIR: folder });
  for (const [message, rating] of [
    [TENT, "up"],
    [PRICE, "down"],
    [PLANET, "up"],
  ] as const) {
    const answer = (await (
      await postJson(`${server.url}/chat`, { message, conversationId: "talk", stream: false })
    ).json()) as { messageId: string };
    const body = { messageId: answer.messageId, rating, comment: `${rating}!` };
    expect((await postJson(`${server.url}/chat/talk/feedback`, body)).status).toBe(204);
  }
  lines = await exported();
}, 60_000);
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

async function exported(): Promise<Line[]> {
  const text = await (await fetch(`${server.url}/feedback`)).text();
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

function evaluate(content: string, ...options: string[]): Promise<Finished> {
  const file = join(folder, "rated.jsonl");
  writeFileSync(file, content);
  return runProcess(
    process.execPath,
    [`${ROOT}src/node/eval/main.ts`, "--rated", file, ...options],
    { env: { PORT: new URL(server.url).port, DATA_DIR: folder } },
  );
}

const write = (values: object[]): string => values.map((line) => JSON.stringify(line)).join("\n");

async function figures(values: object[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await evaluate(write(values), "--json", "--misses");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe("npm run eval -- --rated", () => {
  it("finds everything as it was, asked of the running server, which keeps nothing of it", async () => {
    const { code, stdout, stderr } = await evaluate(write(lines), "--misses");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`3 rated questions, asked again at ${server.url}`);
    expect(stdout).toMatch(/^2 rated up\n +2 {2}as good as before$/m);
    expect(stdout).toMatch(/^1 rated down$/m);
    expect(stdout).toMatch(/^ +1 {2}with the same sources$/m);
    expect(stdout).toMatch(/^1 want looking at\.\n\ndown, with the same sources: And what/m);
    expect(stdout).toContain("comment: down!");
    expect(await exported()).toEqual(lines);
  });

  it("tells what became of each question", async () => {
    const [up, down, refused] = lines as [Line, Line, Line];
    const gone = { collection: "products", documentId: "gone", chunkId: "x" };
    const found = await figures([
      up,
      // Cites a document that no search finds any more.
      { ...up, sources: [gone, ...up.sources] },
      // Was answered from somewhere, which is not there any more.
      { ...refused, answered: true },
      { ...up, answered: false },
      down,
      { ...down, answered: false },
      { ...down, sources: down.sources.slice(1) },
      { ...refused, answered: true, rating: "down" },
    ]);
    expect(found).toMatchObject({
      questions: 8,
      up: {
        questions: 4,
        "as good as before": 1,
        "answered without a document that was cited": 1,
        "not answered any more": 1,
        "answered now": 1,
      },
      down: {
        questions: 4,
        "answered now": 1,
        "not answered any more": 1,
        "with other sources": 1,
        "with the same sources": 1,
      },
    });
    const misses = found["misses"] as { became: string; lost: string[] }[];
    expect(misses.map(({ became }) => became)).toEqual([
      "answered without a document that was cited",
      "not answered any more",
      "with the same sources",
      "not answered any more",
    ]);
    expect(misses[0]!.lost).toEqual(["products/gone"]);
  });

  it.each<[string, (lines: Line[]) => string, RegExp]>([
    ["no JSON", (all) => `${write(all)}\n{"question":`, /^rated\.jsonl, line 4 is not JSON\.$/],
    [
      "no rating",
      ([first]) => write([first!, { ...first, rating: "meh" }]),
      /^rated\.jsonl, line 2: the field "rating" is missing or wrong\.$/,
    ],
    ["nothing", () => "\n\n", /^rated\.jsonl holds no rated question\.$/],
  ])("refuses a file with %s, and names the line", async (_, content, message) => {
    const { code, stderr } = await evaluate(content(lines));
    expect(code).toBe(2);
    expect(stderr.trim()).toMatch(message);
  });
});
