import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readLabelledSet } from "../../../src/node/eval/labelled-set.ts";

const HEAD = "query-id\tcorpus-id\tscore\n";
const GOOD = {
  "corpus.jsonl": '{"_id":"d1","title":"","text":"One."}\n{"_id":2,"text":"Two."}\n',
  "queries.jsonl": '{"_id":"q1","text":"Which?","answers":["One"]}\n',
  "qrels.tsv": `${HEAD}q1\td1\t2\nq1\t2\t1\n`,
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tributary-eval-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Record<string, string | Uint8Array>): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}

describe("readLabelledSet", () => {
  it("reads documents, questions and grades, with numbers as ids and empty lines", () => {
    write({ ...GOOD, "queries.jsonl": `\uFEFF${GOOD["queries.jsonl"]}\r\n\n` });
    const set = readLabelledSet(folder, "test");
    expect(set.documents.map(({ id }) => id)).toEqual(["d1", "2"]);
    expect(set.questions).toEqual([
      {
        id: "q1",
        text: "Which?",
        history: [],
        answers: ["One"],
        relevant: new Map([
          ["d1", 2],
          ["2", 1],
        ]),
      },
    ]);
    expect(set.notes).toEqual([]);
  });

  it("takes labels without a head, and says which name no document", () => {
    write({ ...GOOD, "qrels.tsv": "q1\td1\t1\nq1\tgone\t1\nq9\td1\t1\n" });
    const set = readLabelledSet(folder, "test");
    expect([...set.questions[0]!.relevant.keys()]).toEqual(["d1", "gone"]);
    expect(set.notes).toEqual([
      "Labels of documents that are not there, which count as not found: 1.",
    ]);
  });

  it("reads turns by either pair of names, and every speaker but the user as the assistant", () => {
    const history = [
      { speaker: "user", text: "a" },
      { speaker: "agent", text: "b" },
      { role: "user", content: "c" },
    ];
    write({ ...GOOD, "queries.jsonl": JSON.stringify({ _id: "q1", text: "d", history }) });
    expect(readLabelledSet(folder, "test").questions[0]!.history).toEqual([
      { role: "user", content: "a" },
      { role: "assistant", content: "b" },
      { role: "user", content: "c" },
    ]);
  });

  it.each<[string, Record<string, string | Uint8Array>, RegExp]>([
    [
      "a broken line",
      { "corpus.jsonl": '{"_id":"a","text":"A"}\n{"_id"' },
      /^corpus\.jsonl, line 2 is not JSON\.$/,
    ],
    [
      "a value that is no object",
      { "queries.jsonl": "7" },
      /^queries\.jsonl, line 1: this is no JSON object\.$/,
    ],
    [
      "a missing field",
      { "corpus.jsonl": '{"_id":"a"}' },
      /^corpus\.jsonl, line 1: the field "text" is missing or wrong\.$/,
    ],
    [
      "an id twice",
      { "corpus.jsonl": '{"_id":1,"text":"A"}\n{"_id":"1","text":"B"}' },
      /line 2: the _id "1" is that of line 1\.$/,
    ],
    [
      "a broken label",
      { "qrels.tsv": `${HEAD}q1 d1 1` },
      /^qrels\.tsv, line 2 is not "query-id corpus-id score", separated by tabs\.$/,
    ],
    [
      "bytes that are not UTF-8",
      { "corpus.jsonl": Uint8Array.of(0x7b, 0xff) },
      /corpus\.jsonl is not UTF-8\.$/,
    ],
    [
      "documents without a text",
      { "corpus.jsonl": '{"_id":"d1","text":" "}' },
      /no document with a text/,
    ],
    [
      "labels of other questions",
      { "qrels.tsv": `${HEAD}q7\td1\t1\n` },
      /no question that has a relevant document/,
    ],
    [
      "labels that say no",
      { "qrels.tsv": `${HEAD}q1\td1\t0\n` },
      /no question that has a relevant document/,
    ],
  ])("refuses %s", (_, files, message) => {
    write({ ...GOOD, ...files });
    expect(() => readLabelledSet(folder, "test")).toThrow(message);
  });

  it("names the file that is missing", () => {
    write({ "queries.jsonl": "" });
    expect(() => readLabelledSet(folder, "test")).toThrow(/corpus\.jsonl does not exist\.$/);
    write({ "corpus.jsonl": GOOD["corpus.jsonl"] });
    expect(() => readLabelledSet(folder, "dev")).toThrow(
      /needs a qrels\.tsv or a qrels\/dev\.tsv\.$/,
    );
    expect(() => readLabelledSet(join(folder, "none"), "test")).toThrow(/none does not exist\.$/);
    expect(() => readLabelledSet(join(folder, "corpus.jsonl"), "test")).toThrow(/is a file/);
  });

  it("reads the labels of a split", () => {
    write({ "corpus.jsonl": GOOD["corpus.jsonl"], "queries.jsonl": GOOD["queries.jsonl"] });
    mkdirSync(join(folder, "qrels"));
    writeFileSync(join(folder, "qrels", "dev.tsv"), GOOD["qrels.tsv"]);
    expect(readLabelledSet(folder, "dev").questions).toHaveLength(1);
  });
});
