import { describe, expect, it } from "vitest";
import { type Connect, DOCS, ids, refusal, useClient } from "./connection.ts";

const TEXTS = [
  "Hello, World! A brown fox",
  ["quick brown", "Fox jumps"],
  "fox brown",
  "Ünïcode straße ÆON fox-trot",
  5,
  "the a of",
  ["a", 5, null, "the quick"],
  "",
  "브라운 여우",
];

type Kind = "text" | "text_any" | "phrase";
type Case = [kind: Kind, wanted: string, expected: number[]];

/** What is found with each kind of index. */
const CASES: [name: string, schema: unknown, cases: Case[]][] = [
  [
    "the default",
    "text",
    [
      // All texts of a point are one document.
      ["text", "brown fox", [1, 2, 3]],
      ["text", "FOX hello", [1]],
      ["text", "bro", []],
      ["text", "", []],
      ["text", "brown nowhere", []],
      ["text", "fox-trot", [4]],
      ["text", "5", []],
      ["text", "여우", [9]],
      ["text", "the", [6, 7]],
      ["text_any", "brown nowhere", [1, 2, 3]],
      ["text_any", "nowhere", []],
      ["text_any", "", []],
      ["text_any", "quick hello 브라운", [1, 2, 7, 9]],
      // Phrases have to be asked for when the index is made.
      ["phrase", "brown fox", []],
    ],
  ],
  [
    "phrase_matching",
    { type: "text", phrase_matching: true },
    [
      // One text has to hold all of it.
      ["phrase", "brown fox", [1]],
      ["phrase", "Brown, FOX!", [1]],
      ["phrase", "fox brown", [3]],
      ["phrase", "a fox", []],
      ["phrase", "fox", [1, 2, 3, 4]],
      ["phrase", "", []],
      ["text", "fox brown", [1, 2, 3]],
    ],
  ],
  [
    "the tokenizer whitespace",
    { type: "text", tokenizer: "whitespace" },
    [
      ["text", "fox-trot", [4]],
      ["text", "trot", []],
      ["text", "hello", []],
      ["text", "Hello,", [1]],
    ],
  ],
  [
    "the tokenizer prefix",
    { type: "text", tokenizer: "prefix" },
    [
      ["text", "bro", [1, 2, 3]],
      ["text", "BRO fo", [1, 2, 3]],
      ["text", "rown", []],
      ["text", "브", [9]],
      ["text_any", "qui wor", [1, 2, 7]],
    ],
  ],
  [
    "prefixes of 2 to 4 characters",
    { type: "text", tokenizer: "prefix", min_token_len: 2, max_token_len: 4 },
    [
      ["text", "worldly", [1]],
      ["text", "w", []],
      ["text", "fo", [1, 2, 3, 4]],
    ],
  ],
  [
    "words of 3 to 5 characters",
    { type: "text", min_token_len: 3, max_token_len: 5 },
    [
      ["text", "a brown", [1, 2, 3]],
      ["text", "a", []],
      ["text", "straße", []],
      ["text", "hello", [1]],
    ],
  ],
  [
    "lowercase off",
    { type: "text", lowercase: false },
    [
      ["text", "Fox", [2]],
      ["text", "fox", [1, 3, 4]],
    ],
  ],
  [
    "ascii_folding",
    { type: "text", ascii_folding: true },
    [
      ["text", "unicode", [4]],
      ["text", "STRASSE aeon", [4]],
      ["text", "ünicöde", [4]],
      ["text", "여우", [9]],
    ],
  ],
  [
    "English stopwords",
    { type: "text", stopwords: "english", phrase_matching: true },
    [
      ["text", "the quick", [2, 7]],
      ["text", "the", []],
      ["text_any", "the fox", [1, 2, 3, 4]],
      ["phrase", "quick the brown", [2]],
    ],
  ],
  [
    "stopwords of one's own",
    { type: "text", stopwords: { languages: [], custom: ["BROWN"] } },
    [
      ["text", "brown fox", [1, 2, 3, 4]],
      ["text", "brown", []],
    ],
  ],
  [
    "options which change no answer",
    { type: "text", tokenizer: "word", on_disk: true, enable_hnsw: false },
    [["text", "QUICK brown", [2]]],
  ],
];

export function describeTexts(connect: Connect): void {
  describe("texts", () => {
    const client = useClient(connect, async (fresh) => {
      await fresh.createCollection(DOCS, { vectors: { v: { size: 1, distance: "Dot" } } });
      const points = TEXTS.map((text, i) => ({ id: i + 1, vector: {}, payload: { t: text } }));
      await fresh.upsert(DOCS, { points });
    });

    async function find(condition: object): Promise<unknown[]> {
      return ids((await client().scroll(DOCS, { filter: { must: condition } })).points);
    }
    const index = (field_name: string, field_schema: unknown): Promise<unknown> =>
      client().createPayloadIndex(DOCS, { field_name, field_schema, wait: true } as never);

    it.each(CASES)("are found with an index: %s", async (_name, schema, cases) => {
      await index("t", schema);
      for (const [kind, wanted, expected] of cases) {
        const found = await find({ key: "t", match: { [kind]: wanted } });
        expect(found, `${kind}: ${wanted}`).toEqual(expected);
      }
    });

    it("are compared as strings without an index", async () => {
      expect(await find({ key: "t", match: { phrase: "brown fox" } })).toEqual([1]);
      expect(await find({ key: "t", match: { text_any: "trot  quick" } })).toEqual([2, 4, 7]);
      expect(await find({ key: "t", match: { text_any: "" } })).toEqual([]);
    });

    it("count as indexed where they have a word", async () => {
      await index("t", "text");
      const { payload_schema } = await client().getCollection(DOCS);
      expect(payload_schema["t"]).toMatchObject({ data_type: "text", points: 7 });
    });

    it("are followed when they change", async () => {
      await index("t", "text");
      await client().setPayload(DOCS, { payload: { t: "a new Fox" }, points: [1, 6], wait: true });
      await client().deletePayload(DOCS, { keys: ["t"], points: [2], wait: true });
      expect(await find({ key: "t", match: { text: "fox" } })).toEqual([1, 3, 4, 6]);
    });

    it("in objects of an array are one document, but apart inside a nested condition", async () => {
      const payload = { p: [{ t: "brown fox" }, { t: ["lazy Dog", "x"] }] };
      await client().upsert(DOCS, { points: [{ id: 20, vector: {}, payload }] });
      await index("p[].t", { type: "text", phrase_matching: true });
      const both = async (match: object): Promise<unknown> => [
        await find({ key: "p[].t", match }),
        await find({ nested: { key: "p", filter: { must: { key: "t", match } } } }),
      ];
      expect(await both({ text: "BROWN fox" })).toEqual([[20], [20]]);
      expect(await both({ text: "fox dog" })).toEqual([[20], []]);
      expect(await both({ text: "dog x" })).toEqual([[20], []]);
      expect(await both({ text_any: "DOG nowhere" })).toEqual([[20], [20]]);
      expect(await both({ phrase: "Lazy dog" })).toEqual([[20], [20]]);
      expect(await both({ phrase: "fox lazy" })).toEqual([[], []]);
    });

    it("are not searched by what is no string", async () => {
      for (const match of [{ text: 5 }, { phrase: ["a"] }, { text_any: true }, { prefix: 1 }]) {
        const { status, error } = await refusal(find({ key: "t", match }));
        expect(status).toBe(400);
        expect(error).toMatch(/^Format error in JSON body: Expected some form of condition/);
      }
    });
  });
}
