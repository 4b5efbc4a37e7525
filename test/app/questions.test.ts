// Questions of every kind: in any language, and with nothing that could be searched.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSamples } from "../../src/samples.ts";
import { type OpenApp, openApp } from "../support/open-app.ts";
import { openWorld, type World } from "../support/world.ts";

const prompts = import.meta.glob<string>("../../prompts/no-answer*.md", {
  query: "?raw",
  import: "default",
  eager: true,
});

const DOCUMENTS = {
  birds: [
    {
      id: "heron",
      text: "# Heron\n\nThe grey heron hunts fish at the lake for hours.\n\n## Nest\n\nIt nests in high trees.",
    },
  ],
};

/** Without a key, and with every remote part. */
let local: OpenApp;
let world: World;
let remote: OpenApp;
beforeAll(async () => {
  local = await openApp({ samples: false });
  world = await openWorld();
  // Cosines of the test's embeddings tell nothing of other languages.
  const environment = { ...world.environment, SIMILARITY_THRESHOLD: "10" };
  remote = await openApp({ samples: false, environment });
  for (const app of [local, remote])
    await loadSamples(DOCUMENTS, app.services, AbortSignal.timeout(20_000));
  await world.command({ do: "clear" });
});
afterAll(async () => {
  local.close();
  await world.close();
});

interface Answer {
  answer: string;
  answered: boolean;
  sources: unknown[];
}

async function chat(app: OpenApp, body: object): Promise<Answer> {
  const response = await app.post("/chat", { ...body, stream: false });
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
}

const notFound = (language: string): string =>
  (prompts[`../../prompts/no-answer${language === "en" ? "" : `.${language}`}.md`] ?? "").trim();

/** Sources are spoken of only where some are listed. */
const notFoundWith = ({ sources }: Answer, language: string): string =>
  sources.length > 0 ? notFound(language) : notFound(language).split("\n")[0]!;

describe("a question that finds nothing", () => {
  it.each([
    ["en", "Which planet has the most moons and rings?"],
    ["de", "Welcher Planet hat die meisten Monde und Ringe?"],
    ["fr", "Quelle planète a le plus de lunes et d'anneaux ?"],
    ["es", "¿Qué planeta tiene más lunas y anillos?"],
    ["it", "Quale pianeta ha il maggior numero di lune e di anelli?"],
    ["pt", "Qual planeta tem o maior número de luas e anéis?"],
    ["nl", "Welke planeet heeft de meeste manen en ringen?"],
    ["pl", "Jaka planeta ma najwięcej księżyców i pierścieni?"],
    ["tr", "Hangi gezegenin en çok uydusu ve halkası var?"],
    ["vi", "Hành tinh nào có nhiều mặt trăng nhất?"],
    ["id", "Planet apa yang memiliki bulan dan cincin paling banyak?"],
    ["ru", "У какой планеты больше всего спутников и колец?"],
    ["uk", "У якої планети найбільше супутників і кілець?"],
    ["ar", "ما هو الكوكب الذي لديه أكبر عدد من الأقمار؟"],
    ["th", "ดาวเคราะห์ดวงใดมีดวงจันทร์มากที่สุด"],
    ["hi", "किस ग्रह के पास सबसे अधिक चंद्रमा हैं?"],
    ["ja", "衛星と環が最も多い惑星はどれですか"],
    ["zh", "哪颗行星的卫星和光环最多？"],
    ["ko", "위성과 고리가 가장 많은 행성은 무엇인가요?"],
  ])("is told so in %s, and no model is asked", async (language, message) => {
    await world.command({ do: "clear" });
    expect(notFound(language).split("\n")).toHaveLength(2);
    const found = await chat(remote, { message });
    expect(found).toMatchObject({ answer: notFoundWith(found, language), answered: false });
    const { upstream } = await world.requests();
    expect(upstream.filter(({ operation }) => operation === "chat")).toEqual([]);
  });

  it("is told so in the language that is asked for, without its region, else in English", async () => {
    const message = "Which planet has the most moons and rings?";
    for (const [language, text] of [
      ["pt-BR", "pt"],
      ["zh-Hant-TW", "zh"],
      ["KO", "ko"],
      ["sw", "en"],
    ] as const) {
      const found = await chat(local, { message, language });
      expect(found.answer).toBe(notFoundWith(found, text));
    }
  });

  it("is told so in the language of the conversation, where it does not tell its own", async () => {
    const messages = [
      { role: "user", content: "Welcher Planet hat die meisten Monde?" },
      { role: "assistant", content: "I don't know." },
      { role: "user", content: "Jupiter 2?" },
    ];
    const found = await chat(local, { messages });
    expect(found.answer).toBe(notFoundWith(found, "de"));
  });

  it.each(["xx", "english", "en_US", "", "qq-QQ", "e".repeat(40)])(
    "can not be asked for in the language %j",
    async (language) => {
      for (const [path, body] of [
        ["/chat", { message: "heron" }],
        ["/search", { query: "heron" }],
      ] as const) {
        const response = await local.post(path, { ...body, language });
        expect(response.status).toBe(422);
        expect(await response.json()).toMatchObject({ errors: [{ path: "language" }] });
      }
    },
  );
});

describe("a question with nothing to search for", () => {
  it.each(["", "   ", "\n\t\u00a0\u2003"])("is refused when it is %j", async (text) => {
    for (const app of [local, remote]) {
      expect((await app.post("/chat", { message: text })).status).toBe(422);
      expect((await app.post("/search", { query: text })).status).toBe(422);
    }
  });

  it("is refused when it has 100,000 characters", async () => {
    for (const text of ["heron ".repeat(17_000), "가".repeat(100_000), "😀".repeat(50_000)]) {
      expect((await local.post("/chat", { message: text })).status).toBe(422);
      expect((await local.post("/search", { query: text })).status).toBe(422);
    }
  });

  it.each([
    "?",
    "…!?.,;:",
    "🏕️🔥👨‍👩‍👧‍👦",
    "\u0000",
    "\uD800",
    "a\uDC00\uD800b",
    "\u202Eevoba\u202C",
    "\u200B\u2060\uFEFF",
    "the of and",
    "ﷺ ‏שלום עולם‏ مرحبا",
    "Zelt 텐트 テント палатка خيمة 帐篷 \u0000 9".repeat(20),
    "x".repeat(16_000),
    "가".repeat(5000),
    `${"e\u0301".repeat(50)} ${"ก็็็็".repeat(50)}`,
    "heron\u0000 \uD800 NaN undefined __proto__ constructor {{nonce}}",
  ])("has an honest answer: %j", async (text) => {
    for (const app of [local, remote]) {
      const { answer, answered } = await chat(app, { message: text });
      expect(answer).not.toBe("");
      if (!text.includes("heron")) expect(answered).toBe(false);
      if (app === remote) continue;
      const history = [
        { role: "user", content: text },
        { role: "assistant", content: text },
        { role: "user", content: "And its nest?" },
      ];
      await chat(app, { messages: history });
      const response = await app.post("/search", { query: text, messages: history });
      expect(response.status).toBe(200);
      const found = (await response.json()) as { reason: string; warnings: string[] };
      expect(found.reason).toMatch(/^[A-Z].*\.$/);
    }
  });
});
