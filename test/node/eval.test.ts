import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCommand } from "../../src/node/eval/command.ts";
import { measureSamples } from "../../src/node/eval/measure.ts";
import { serveQdrant } from "../../src/node/serve-qdrant.ts";
import { createQdrantLocal } from "../../src/qdrant-local/engine.ts";
import { startFaultServer } from "../support/fault-server.ts";
import { type Finished, freeAddress, ROOT, runProcess } from "./tributary.ts";

declare const FULL: boolean;

/** Milliseconds for 170 questions, which take two seconds on a machine without other work. */
const PATIENCE = 60_000;
const EVAL = `${ROOT}src/node/eval/main.ts`;

interface Figure {
  value: number;
  low: number;
  high: number;
  questions: number;
}

interface Json {
  set: string;
  documents: number;
  questions: number;
  collections: { name: string; documents: number }[];
  figures: Record<string, Figure>;
  shares: Record<string, Record<"en" | "ko" | "all", Figure>>;
  notes: string[];
  best: number;
  now: { weight: number; ndcg: Figure };
  tried: { weight: number; ndcg: Figure }[];
  calibration: Record<"now" | "best", Refusals> & { tried: Refusals[] };
}

interface Refusals {
  threshold: number;
  own: Figure;
  offTopic: Figure;
}

function evaluate(commandArguments: string[], env: Record<string, string> = {}): Promise<Finished> {
  return runProcess(process.execPath, [EVAL, ...commandArguments], { env });
}

async function readFigures(
  commandArguments: string[],
  env: Record<string, string> = {},
): Promise<Json> {
  const { code, stdout, stderr } = await evaluate([...commandArguments, "--json"], env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as Json;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tributary-eval-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | object[]): void {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    typeof content === "string" ? content : content.map((line) => JSON.stringify(line)).join("\n"),
  );
}

const ANIMALS = [
  { _id: "land-1", title: "Quokka", text: "It sleeps eleven hours a day.", collection: "뭍" },
  { _id: "land-2", title: "", text: "The wombat leaves cubes behind.", collection: "뭍" },
  { _id: "sea-1", title: "", text: "The octopus has three hearts. It is shy.", collection: "물" },
  { _id: "sea-2", title: null, text: "The seahorse father carries the eggs.", collection: "물" },
  { _id: "sea-3", title: "Nothing", text: " ", collection: "물" },
];

const QUESTIONS = [
  { _id: "q1", text: "How many hours a day does the quokka sleep?", answers: ["11", "eleven"] },
  {
    _id: "q2",
    text: "How many hearts does it have?",
    history: [
      { speaker: "user", text: "Tell me about the octopus." },
      { role: "assistant", content: "It is shy." },
    ],
    answers: ["four hearts"],
  },
  { _id: "q3", text: "Which father carries the eggs?" },
  { _id: "q4", text: "Nobody has labelled this one." },
];

function writeAnimals(labels: string): void {
  write("corpus.jsonl", ANIMALS);
  write("queries.jsonl", QUESTIONS);
  write(
    labels,
    "query-id\tcorpus-id\tscore\nq1\tland-1\t1\nq2\tsea-1\t1\nq2\tsea-2\t0\nq3\tland-2\t1\n",
  );
}

describe("eval of the sample questions", () => {
  it(
    "finds, answers, refuses and cites no worse than it did",
    async () => {
      const report = await measureSamples(readCommand([])!, {
        environment: {},
        output: new Writable({ write: (_chunk, _encoding, done) => done() }),
        signal: AbortSignal.timeout(PATIENCE),
      });
      const { figures, shares } = report.json as Json;
      const least = (figure: Figure | undefined): number => Math.floor((figure?.value ?? 0) * 1000);
      expect(figures["nDCG@10"]?.questions).toBe(111);
      expect(least(figures["nDCG@10"])).toBeGreaterThanOrEqual(955);
      expect(least(figures["recall@10"])).toBeGreaterThanOrEqual(990);
      expect(least(figures["citations verified"])).toBe(1000);
      const all = (name: string): number => least(shares[name]?.all);
      expect(all("document among the sources")).toBeGreaterThanOrEqual(980);
      expect(all("answer in the quoted sentences")).toBeGreaterThanOrEqual(865);
      expect(all("false refusals")).toBeLessThanOrEqual(45);
      expect(all("off topic: not found")).toBeGreaterThanOrEqual(930);
      expect(all("answer missing: not found")).toBeGreaterThanOrEqual(570);
    },
    PATIENCE,
  );
});

describe("eval of a folder in BEIR's layout", () => {
  it("prints a table, and writes the same figures as JSON and as a plot", async () => {
    writeAnimals("qrels.tsv");
    const [json, svg] = [join(folder, "figures.json"), join(folder, "figures.svg")];
    const { code, stdout, stderr } = await evaluate([
      folder,
      "--collections-by",
      "field",
      "--answers",
      "--misses",
      "--json",
      json,
      "--svg",
      svg,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/4 documents \(4 chunks\) in 2 collections, 3 questions/);
    expect(stdout).toContain("Documents without a text, which were left out: 1.");
    expect(stdout).toContain("Questions without a relevant document, which were left out: 1.");
    expect(stdout).toMatch(/^nDCG@10 +66\.7 +0\.0 – 100\.0 +3$/m);
    expect(stdout).toMatch(
      /1 questions failed\.\n\nq3: Which father.+\n +wanted: land-2\n +found: sea-2/,
    );

    const { figures, collections } = JSON.parse(readFileSync(json, "utf8")) as Json;
    expect(collections.map(({ documents }) => documents)).toEqual([2, 2]);
    const values = Object.entries(figures).map(([name, { value, questions }]) => [
      name,
      Math.round(value * 1000) / 1000,
      questions,
    ]);
    expect(values).toEqual(
      expect.arrayContaining([
        ["nDCG@10", 0.667, 3],
        ["recall@10", 0.667, 3],
        ["MRR@10", 0.667, 3],
        ["hit@5", 0.667, 3],
        ["gold answer in the text", 0.5, 2],
        ["answered", 1, 3],
        ["citations verified", 1, 3],
      ]),
    );
    expect(readFileSync(svg, "utf8")).toMatch(/^<\?xml .*<svg .*>66\.7<.*<\/svg>\n$/s);
  });

  it("tells with questions about something else which threshold suits both kinds", async () => {
    writeAnimals("qrels.tsv");
    write("other/queries.jsonl", [
      { _id: "o1", text: "Who signed the treaty of Utrecht?" },
      { _id: "o2", text: "How do mortgages with a variable rate work?" },
      { _id: "o3", text: "" },
    ]);
    const options = [folder, "--off-topic", join(folder, "other")];
    const { calibration } = await readFigures(options, { EVIDENCE_THRESHOLD: "9" });
    const { now, best, tried } = calibration;
    expect(now).toMatchObject({
      threshold: 9,
      own: { value: 1, questions: 3 },
      offTopic: { value: 1 },
    });
    expect(best).toMatchObject({ own: { value: 0 }, offTopic: { value: 1, questions: 2 } });
    // Of all that are as good, as far from the worse ones as there are.
    const equals = tried.filter(({ own, offTopic }) => own.value === 0 && offTopic.value === 1);
    expect(equals).toContainEqual(best);
    expect(best.threshold).toBe(equals[Math.floor(equals.length / 2)]?.threshold);
    const { code, stderr } = await evaluate([folder, "--off-topic", join(folder, "nowhere")]);
    expect(code).toBe(2);
    expect(stderr).toContain("queries.jsonl does not exist");
  });

  it("measures at QDRANT_URL, but never beside other collections", async () => {
    writeAnimals("qrels/dev.tsv");
    const qdrant = await serveQdrant(createQdrantLocal());
    const env = { QDRANT_URL: qdrant.url };
    const set = folder.split("/").at(-1)!;
    const options = [folder, "--split", "dev", "--questions", "2"];
    try {
      const { collections, figures } = await readFigures(
        [...options, "--collections-by", "prefix"],
        env,
      );
      expect(collections.map(({ name }) => name)).toEqual([`eval-${set}-land`, `eval-${set}-sea`]);
      expect(figures["nDCG@10"]?.questions).toBe(2);
      if (FULL) await readFigures([...options, "--collections-by", "prefix"], env);

      const { code, stderr } = await evaluate(options, env);
      expect(code).toBe(2);
      expect(stderr).toContain(`holds the collection "eval-${set}-land"`);
      expect(stderr.trim().split("\n")).toHaveLength(1);
    } finally {
      await qdrant.close();
    }
  });
});

describe("eval --tune", () => {
  it("prints for each weight what the server reaches with it, and the best one", async () => {
    const cohere = await startFaultServer();
    // The rare word tells the document; the two long ones, which the embedding goes by, tell others.
    const topics = ["zorilla", "quetzal", "axolotl", "okapi"];
    const others = Array.from({ length: 12 }, (_, index) => ({
      _id: `wrong-${index}`,
      text: `Information development ${index}.`,
    }));
    const right = topics.map((topic, index) => ({
      _id: `right-${index}`,
      text: `The ${topic} was seen once.`,
    }));
    write("corpus.jsonl", [...right, ...others]);
    write(
      "queries.jsonl",
      topics.map((topic, index) => ({
        _id: `q${index}`,
        text: `Information development ${topic}`,
      })),
    );
    write("qrels.tsv", topics.map((_, index) => `q${index}\tright-${index}\t1`).join("\n"));
    try {
      const json = join(folder, "tune.json");
      const { code, stdout, stderr } = await evaluate([folder, "--tune", "--json", json], {
        COHERE_API_KEY: "test",
        COHERE_BASE_URL: cohere.url,
        EMBED_DIMENSION: "256",
        DENSE_WEIGHT: "4",
      });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const { best, now, tried } = JSON.parse(readFileSync(json, "utf8")) as Json;
      const valueOf = (weight: number): number =>
        tried.find((one) => one.weight === weight)!.ndcg.value;
      expect(stdout.trimEnd().split("\n").at(-1)).toBe(`DENSE_WEIGHT=embed-v4.0=${best}`);
      expect(valueOf(best)).toBe(Math.max(...tried.map(({ ndcg }) => ndcg.value)));
      // As near to the present one as can be.
      const asGood = tried.filter(({ ndcg }) => ndcg.value === valueOf(best));
      expect(best).toBe(Math.max(...asGood.map(({ weight }) => weight)));
      expect(valueOf(best)).toBeGreaterThan(valueOf(4));
      expect(now).toEqual({ weight: 4, ndcg: tried.at(-1)!.ndcg });
    } finally {
      await cohere.close();
    }
  });
});

describe("eval of what can not be measured", () => {
  it("says so in one sentence and ends with 2", async () => {
    writeAnimals("labels.tsv");
    write("whole/corpus.jsonl", ANIMALS);
    write("whole/queries.jsonl", QUESTIONS);
    write("whole/qrels.tsv", "q1\tland-1\t1\n");
    const [labels, qdrant, key, cohere] = await Promise.all([
      evaluate([folder]),
      evaluate([join(folder, "whole")], { QDRANT_URL: await freeAddress() }),
      evaluate(["--tune"]),
      evaluate([join(folder, "whole")], {
        COHERE_API_KEY: "a-key",
        COHERE_BASE_URL: await freeAddress(),
      }),
    ]);
    expect(cohere.code).toBe(2);
    expect(cohere.stderr.trimEnd()).toMatch(/"cohere".*\nThe documents can not be stored: .+\.$/);
    for (const [finished, message] of [
      [labels, /needs a qrels\.tsv or a qrels\/test\.tsv\.$/],
      [qdrant, /^Qdrant does not answer .+ QDRANT_URL= to measure in this process\.$/],
      [key, /set COHERE_API_KEY/],
    ] as const) {
      expect({ ...finished, stderr: "" }).toEqual({ code: 2, stdout: "", stderr: "" });
      expect(finished.stderr.trimEnd()).toMatch(message);
      expect(finished.stderr.trimEnd().split("\n")).toHaveLength(1);
    }
  });
});
