import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { searchResponse } from "../../src/routes/search-schemas.ts";
import { loadSamples } from "../../src/samples.ts";
import { type OpenApp, openApp } from "../support/open-app.ts";

type Found = z.infer<typeof searchResponse>;
type Candidate = Found["results"][number];

let app: OpenApp;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

async function search(body: object, of = app): Promise<Found> {
  const response = await of.post("/search", body);
  expect(response.status).toBe(200);
  // The description that is published holds, and nothing is sent beside it.
  return searchResponse.strict().parse(await response.json());
}

const all = ({ results, dropped }: Found): Candidate[] =>
  [...results, ...dropped].toSorted((a, b) => a.rank - b.rank);

async function chat(message: string, of = app): Promise<{ answered: boolean; answer: string }> {
  const response = await of.post("/chat", { message, stream: false });
  return (await response.json()) as { answered: boolean; answer: string };
}

describe("POST /search", () => {
  const QUESTION = "What wind speed can the Aurora 2 tent cope with?";

  it("lists every candidate once, ranked, kept or dropped, each with a reason", async () => {
    const found = await search({ query: QUESTION });
    const candidates = all(found);
    expect(candidates.map(({ rank }) => rank)).toEqual(candidates.map((_, index) => index + 1));
    expect(new Set(candidates.map(({ chunkId }) => chunkId)).size).toBe(candidates.length);
    expect(candidates.length).toBe(
      found.retrieval.collections.reduce((sum, { hits }) => sum + hits, 0),
    );
    for (const { kept, why, source, explanation, mergedRank, shares, score } of candidates) {
      expect(kept).toBe(why === undefined);
      expect(kept).toBe(source !== undefined);
      expect(explanation).toMatch(/^[A-Z].*\.$/);
      expect(mergedRank).toBeGreaterThan(0);
      expect(shares).toHaveLength(1);
      expect(shares[0]).toBeLessThanOrEqual(score + 1e-9);
    }
    expect(found.results.length).toBeLessThanOrEqual(10);
    expect(new Set(candidates.map(({ kept }) => kept)).size).toBe(2);
  });

  it("tells the scale, the thresholds, and the time of each stage", async () => {
    const found = await search({ query: QUESTION });
    const best = Math.max(...all(found).map(({ legs }) => legs.sparse ?? 0));
    expect(found.wordings).toEqual([
      { kind: "asked", messages: [{ text: QUESTION, weight: 1 }], bestSparse: best },
    ]);
    expect(found.evidence.thresholds).toEqual({ words: 0.43, similarity: 0.45 });
    expect(found).toMatchObject({ language: "en", wouldAnswer: true, denseWeight: 0.5 });
    expect(found.reason).toContain("EVIDENCE_THRESHOLD");
    expect(found.timings.total).toBeGreaterThanOrEqual(found.timings.search);
  });

  it("tells which words of the question a passage holds", async () => {
    const found = await search({ query: "Does the Aurora 2 tent float like a zeppelin?" });
    const tent = found.results.find(({ documentId }) => documentId === "aurora-2-tent")!;
    expect(tent.matched).toEqual(expect.arrayContaining(["Aurora", "2", "tent"]));
    expect(tent.unmatched).toContain("zeppelin");
    expect(tent.explanation).toContain('and not "');
    expect(found.warnings.join()).toContain('"zeppelin"');
  });

  it("tells what of earlier turns a passage holds", async () => {
    const found = await search({
      query: "And does the tent stand in rain?",
      messages: [{ role: "user", content: "Is the Aurora 2 tent good in rain?" }],
    });
    const tent = all(found).find(({ documentId }) => documentId === "aurora-2-tent")!;
    expect(tent.explanation).toMatch(/Of earlier turns it holds "Aurora", "2"(?!.*"tent")/);
    expect([...tent.matched!, ...tent.unmatched!]).not.toContain("Aurora");
  });

  it.each([
    [{ query: QUESTION, filter: { season: "never" } }, "the filter"],
    [{ query: "What is the?" }, "no words"],
    [{ query: "ما وزن الخيمة؟" }, "No passage shares a word"],
  ])("warns why nothing was found for %j", async (body, why) => {
    const found = await search(body);
    expect(all(found)).toEqual([]);
    expect(found.warnings).toEqual([expect.stringContaining(why)]);
  });

  it("lists more with a higher limit, in the same context", async () => {
    const query = { query: QUESTION, collections: ["products"] };
    const [few, many] = [
      await search({ ...query, limit: 1 }),
      await search({ ...query, limit: 30 }),
    ];
    expect(few.results).toHaveLength(1);
    expect(many.results.length).toBeGreaterThan(10);
    expect(many.context).toBe(few.context);
    expect(many.results.filter(({ kept }) => kept)).toHaveLength(
      few.sources.flatMap(({ chunks, neighbours }) => [...chunks, ...neighbours]).length,
    );
    expect(all(many).some(({ why }) => why === "candidates")).toBe(true);
    expect(all(few).some(({ why }) => why === "candidates")).toBe(false);
  });

  it("shows the sources of an answer under the same numbers", async () => {
    const found = await search({ query: QUESTION });
    const response = await app.post("/chat", { message: QUESTION, stream: false });
    const { sources } = (await response.json()) as { sources: Found["sources"] };
    expect(found.sources.map(({ n, chunkId, start, end }) => ({ n, chunkId, start, end }))).toEqual(
      sources.map(({ n, chunkId, start, end }) => ({ n, chunkId, start, end })),
    );
    for (const { n, text } of found.sources) {
      expect(found.context).toContain(`[${n}] `);
      expect(found.context).toContain(text);
    }
  });

  it("says whether an answer would be tried, as the chat then does", async () => {
    for (const query of [QUESTION, "Who won the football world cup in 1998?"]) {
      const found = await search({ query });
      expect(found.wouldAnswer).toBe((await chat(query)).answered);
    }
  });

  it("warns where words can not match across languages", async () => {
    const { warnings } = await search({
      query: "오로라 2 텐트는 얼마나 강한 바람을 견디나요 Aurora 2",
      collections: ["products"],
    });
    expect(warnings.join()).toMatch(
      /question is in Korean.*passages are in English.*COHERE_API_KEY/,
    );
    expect((await search({ query: QUESTION })).warnings.join()).not.toContain("question is in");
  });

  it("searches a conversation with the weights of its messages", async () => {
    const found = await search({
      query: "And in rain?",
      messages: [
        { role: "user", content: "Is the Aurora 2 tent any good?" },
        { role: "assistant", content: "It is." },
      ],
    });
    expect(found.wordings[0]?.messages.map(({ weight }) => weight)).toEqual([1, 0.4]);
    expect(found.results[0]?.documentId).toBe("aurora-2-tent");
  });
});

describe("candidates that POST /search leaves out of the context", () => {
  const page =
    "You may send goods back within thirty days of delivery. Keep the receipt, pack the goods in their own box, and print the label in your account. Shoes must not have been worn outside. We pay the money to the card that you used, and tell you by mail when we have done so.";
  const front = "---\ndate: 2025-03-04\n---\n";
  const documents = {
    help: [
      { id: "returns", text: `${front}# Returns\n\n${page}` },
      { id: "copy", text: `${front}# Returns\n\n${page.replace("Keep", "Please keep")}` },
      { id: "older", text: `# Returns\n\n${page.replace("label", "label of 2019")}` },
    ],
    mirror: [{ id: "mirrored", text: `# Returns\n\n${page}` }],
    news: [{ id: "news", text: "# News\n\nIn winter the delivery of goods takes thirty days." }],
  };
  const query = "send goods back within thirty days of delivery";

  it("name the one that they repeat, and tell nothing else from it", async () => {
    const shop = await openApp({ samples: false });
    await loadSamples(documents, shop.services, AbortSignal.timeout(20_000));
    const found = await search({ query }, shop);
    const repeated = found.dropped.filter(({ why }) => why === "repeated");
    expect(repeated.map(({ documentId }) => documentId).toSorted()).toHaveLength(2);
    const first = found.results.find(({ source }) => source === 1)!;
    for (const { repeats, explanation } of repeated) {
      expect(repeats).toBe(first.chunkId);
      expect(explanation).toContain('"Returns');
    }
    // It differs in a number.
    expect(found.results.find(({ documentId }) => documentId === "older")?.kept).toBe(true);
    shop.close();
  });

  it("make place for each collection's floor; a source tells its date", async () => {
    const environment = { MIN_SOURCES_PER_COLLECTION: "1", MAX_SOURCES: "2" };
    const shop = await openApp({ samples: false, environment });
    await loadSamples(
      { help: documents.help, news: documents.news },
      shop.services,
      AbortSignal.timeout(20_000),
    );
    const found = await search({ query }, shop);
    expect(found.sources.map(({ collection }) => collection)).toEqual(["help", "news"]);
    expect(found.results.find(({ documentId }) => documentId === "older")?.why).toBe("limit");
    expect(found.context).toContain("Returns (2025-03-04)\n");
    shop.close();
  });
});

describe("a wrong answer", () => {
  const documents = [
    {
      id: "vouchers",
      text: "# Vouchers\n\nA refund of a voucher takes ninety days. A refund is paid as a new voucher.",
    },
    {
      id: "returns",
      text: "# Returns\n\nYou get your money back for shoes within fourteen days after we have them.",
    },
    ...["Boots", "Hats", "Gloves", "Socks"].map((name) => ({
      id: name.toLowerCase(),
      text: `# ${name}\n\nOur ${name.toLowerCase()} are made of wool by people who like to walk.`,
    })),
  ];
  const question = "How many days does a refund for shoes take?";
  const open = async (environment: Record<string, string>): Promise<OpenApp> => {
    const shop = await openApp({ samples: false, environment });
    await loadSamples({ shop: documents }, shop.services, AbortSignal.timeout(20_000));
    return shop;
  };

  it("is understood, and mended, by what /search says alone", async () => {
    const narrow = await open({ MAX_SOURCES_PER_COLLECTION: "1", EVIDENCE_THRESHOLD: "0" });
    expect((await chat(question, narrow)).answer).toContain("ninety days");
    const found = await search({ query: question }, narrow);
    const right = all(found).find(({ documentId }) => documentId === "returns")!;
    expect(right).toMatchObject({ kept: false, why: "ceiling", rank: 2 });
    expect(right.explanation).toContain("MAX_SOURCES_PER_COLLECTION");
    expect(right.explanation).toMatch(/holds .*"shoes".*and not .*"refund"/);
    expect(right.unmatched).toContain("refund");
    expect(found.sources.map(({ documentId }) => documentId)).toEqual(["vouchers"]);
    narrow.close();

    // The ceiling is taken away, and the document says what people ask for.
    documents[1]!.text = documents[1]!.text.replace("your money back", "a refund");
    const mended = await open({ EVIDENCE_THRESHOLD: "0" });
    expect((await chat(question, mended)).answer).toContain("fourteen days");
    const after = await search({ query: question }, mended);
    expect(after.results[0]).toMatchObject({ documentId: "returns", kept: true, source: 1 });
    mended.close();
  });

  it.each([
    [{ CONTEXT_TOKENS: "25" }, "budget"],
    [{ MAX_SOURCES: "1" }, "limit"],
  ])("with %j is told by the reason %s", async (environment, why) => {
    const shop = await open({ ...environment, EVIDENCE_THRESHOLD: "0" });
    const found = await search({ query: "refund voucher shoes days" }, shop);
    const [first, second] = all(found);
    expect([first?.kept, second?.kept, second?.why]).toEqual([true, false, why]);
    expect(second?.explanation).toContain(Object.keys(environment)[0]!);
    shop.close();
  });
});
