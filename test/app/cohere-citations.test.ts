// Cohere's own citations through the real SDK: each becomes a marker at a sensible place and the same events as others.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSamples } from "../../src/samples.ts";
import { readChatRequest } from "../support/chat-request.ts";
import { cohereChat } from "../support/chat-wire.ts";
import { installModelHost, split, streamResponse } from "../support/model-host.ts";
import { type OpenApp, openApp } from "../support/open-app.ts";
import { collectStream } from "../support/sse.ts";

const DOCUMENTS = {
  birds: [
    {
      id: "heron",
      text: "# Heron\n\nThe grey heron is a bird. Such a bird hunts fish at the lake.",
    },
    {
      id: "pike",
      text: "# Pike\n\nThe pike hunts fish at the lake too, and it lives there all the year between the reeds.",
    },
  ],
};
const QUESTION = "Which bird hunts fish at the lake?";

interface Native {
  start: number;
  text: string;
  ids: string[];
}
interface CohereBody {
  documents: { id: string; data: { title: string; text: string } }[];
  messages: { role: string; content: string }[];
}

/** What the model streams: texts, and citations between them. */
let script: (string | Native)[] = [];
let places: number[] = [];
let asked: CohereBody | undefined;
let app: OpenApp;
let uninstall: () => void;

function citationFrames({ start, text, ids }: Native, index: number): string {
  const sources = ids.map((id) => ({
    type: "document",
    id,
    document: { id, text: "…", title: "…" },
  }));
  const citations = {
    start,
    end: start + Array.from(text).length,
    text,
    sources,
    type: "TEXT_CONTENT",
  };
  const begin = { type: "citation-start", index, delta: { message: { citations } } };
  return [begin, { type: "citation-end", index }]
    .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join("");
}

beforeAll(async () => {
  app = await openApp({
    samples: false,
    environment: {
      MODEL: "cohere:test",
      MODEL_BASE_URL: "http://model.test",
      MODEL_API_KEY: "key",
      EVIDENCE_THRESHOLD: "0",
    },
  });
  await loadSamples(DOCUMENTS, app.services, AbortSignal.timeout(20_000));
  uninstall = installModelHost("model.test", (body) => {
    asked = body as CohereBody;
    const request = readChatRequest("cohere", body);
    const frames = [
      ...cohereChat.opening(request),
      ...script.map((piece, index) =>
        typeof piece === "string" ? cohereChat.token(piece) : citationFrames(piece, index),
      ),
      ...cohereChat.closing(request, { tokens: script.length, isCapped: false }),
    ];
    return streamResponse(split(new TextEncoder().encode(frames.join("")), places));
  });
});
afterAll(() => {
  uninstall();
  app.close();
});

interface Answer {
  answer: string;
  answered: boolean;
  citations: { n: number; start: number; end: number; verified: boolean }[];
}

async function say(...pieces: (string | Native)[]): Promise<Answer> {
  script = pieces;
  const response = await app.post("/chat", { message: QUESTION, stream: false });
  return (await response.json()) as Answer;
}
const cited = ({ answer, citations }: Answer): string[] =>
  citations.map(({ n, start, end }) => `${n}: ${answer.slice(start, end)}`);

const cite = (start: number, text: string, ...ids: string[]): Native => ({ start, text, ids });
const tokens = (text: string): string[] => text.match(/[^]{1,4}/g) ?? [];

describe("Cohere's citations", () => {
  it("rest on documents with the sources' numbers, which the prompt does not repeat", async () => {
    await say("The grey heron.");
    expect(asked?.documents).toMatchObject([
      { id: "source-0", data: { title: "[1] Heron" } },
      { id: "source-1", data: { title: "[2] Pike" } },
    ]);
    expect(asked?.documents[0]?.data.text).toContain("Such a bird hunts fish at the lake.");
    expect(JSON.stringify(asked?.messages)).not.toContain("hunts fish at the lake.");
    expect(asked?.messages.at(-1)?.content).toContain(QUESTION);
  });

  it.each<[string, (string | Native)[], string, string[]]>([
    [
      "at the end of the sentence that was being written",
      [
        ..."The grey heron hunts fish".split(/(?= )/),
        cite(0, "The grey heron", "source-0"),
        ". It",
        " stands.",
      ],
      "The grey heron hunts fish. [1] It stands.",
      ["1: The grey heron"],
    ],
    [
      "before the comma of a clause, and for each source",
      ["The heron", cite(4, "heron", "source-0", "source-1"), ", a bird, hunts."],
      "The heron [1][2], a bird, hunts.",
      ["1: heron", "2: heron"],
    ],
    [
      "never inside a figure",
      ["It weighs 1", cite(3, "weighs", "source-0"), ".5 kg", ". Yes."],
      "It weighs 1.5 kg. [1] Yes.",
      ["1: weighs"],
    ],
    [
      "at the end of the answer",
      ["It weighs 1.5 kg.", cite(10, "1.5 kg", "source-0")],
      "It weighs 1.5 kg. [1]",
      ["1: 1.5 kg"],
    ],
    [
      "once for what is cited twice in one sentence",
      [
        "A heron",
        cite(2, "heron", "source-0"),
        " hunts fish",
        cite(8, "hunts fish", "source-0"),
        ". So.",
      ],
      "A heron hunts fish. [1] So.",
      ["1: heron", "1: hunts fish"],
    ],
    [
      "not beside the same one of the model",
      [
        "A heron",
        cite(0, "A heron", "source-0"),
        " [1]. It hunts. ",
        "[1]",
        cite(14, "It hunts", "source-0"),
      ],
      "A heron [1]. It hunts. [1]",
      ["1: A heron", "1: It hunts"],
    ],
    [
      "not again by the model behind its own",
      ["A heron", cite(0, "A heron", "source-0"), ". And", " a pike. [1]"],
      "A heron. [1] And a pike. [1]",
      ["1: A heron", "1: And a pike."],
    ],
    [
      "not inside code",
      ["Use `a, b", cite(0, "Use", "source-0"), ", c` here, please."],
      "Use `a, b, c` here [1], please.",
      ["1: Use"],
    ],
    [
      "without a space in scripts that have none",
      ["鷺は魚を狩る", cite(0, "鷺は魚を狩る", "source-0"), "。体重は軽い。"],
      "鷺は魚を狩る。[1]体重は軽い。",
      ["1: 鷺は魚を狩る"],
    ],
    [
      "by Cohere's own names of documents without an id, and never for unknown ones",
      ["A pike", cite(0, "A pike", "doc:1", "doc:7", "web-search_0"), ". Yes."],
      "A pike. [2] Yes.",
      ["2: A pike"],
    ],
    [
      "with offsets that count characters",
      ["🐟🐟 The heron eats. The heron", cite(19, "The heron", "source-0"), " flies. Yes."],
      "🐟🐟 The heron eats. The heron flies. [1] Yes.",
      ["1: The heron"],
    ],
    [
      "late, at the next end of a clause, with the place of the cited words",
      [
        "The heron eats fish. It stands",
        cite(0, "The heron eats fish", "source-0"),
        " still. Yes.",
      ],
      "The heron eats fish. It stands still. [1] Yes.",
      ["1: The heron eats fish"],
    ],
    [
      "all at the end where they come after the text",
      [
        ...tokens("A heron. A pike."),
        cite(0, "A heron", "source-0"),
        cite(9, "A pike", "source-1"),
      ],
      "A heron. A pike. [1][2]",
      ["1: A heron", "2: A pike"],
    ],
  ])("get markers %s", async (_, pieces, text, points) => {
    const answer = await say(...pieces);
    expect(answer.answer).toBe(text);
    expect(cited(answer)).toEqual(points);
    expect(answer.answered).toBe(true);
  });

  it("point at the nearest of equal words", async () => {
    const answer = await say(
      "🐟🐟 The heron eats. The heron",
      cite(19, "The heron", "source-0"),
      " flies.",
    );
    expect(answer.citations[0]?.start).toBe(21);
  });

  it("make no answer of a text without any, and survive what is no citation", async () => {
    expect((await say("A heron.")).answered).toBe(false);
    expect((await say("A heron.", cite(0, "A heron", "nobody"))).answered).toBe(false);
    expect((await say("A heron.", cite(500, "not there at all", "source-0"))).answer).toBe(
      "A heron. [1]",
    );
  });

  it("are the same in every form, however the bytes come", async () => {
    const pieces = [
      ..."The grey heron".split(/(?= )/),
      cite(0, "The grey heron", "source-0"),
      " hunts. It",
      " flies.",
    ];
    const { answer, citations } = await say(...pieces);
    expect(answer).toBe("The grey heron hunts. [1] It flies.");
    for (const at of [[], [250, 500, 750], Array.from({ length: 200 }, (_, index) => index * 5)]) {
      places = at;
      const response = await app.post("/chat", { message: QUESTION });
      const { events } = await collectStream(response);
      expect(events.map((event) => event["delta"] ?? "").join("")).toBe(answer);
      expect(events.find(({ type }) => type === "data-citations")?.["data"]).toEqual(citations);
      expect(events.find(({ type }) => type === "text-end")?.["citations"]).toMatchObject([
        { startIndex: 0, endIndex: 14, source: { id: expect.stringContaining("birds/") } },
      ]);
      const text = await app.post("/chat", { message: QUESTION }, { accept: "text/plain" });
      expect(await text.text()).toContain(`${answer}\n\n[1] Heron`);
    }
    places = [];
  });
});
