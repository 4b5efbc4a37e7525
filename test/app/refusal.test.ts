// A model that says it found nothing is believed, in whatever words and form, and half an answer is one.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSamples } from "../../src/samples.ts";
import { readChatRequest } from "../support/chat-request.ts";
import { openaiChat } from "../support/chat-wire.ts";
import { installModelHost, streamResponse } from "../support/model-host.ts";
import { type OpenApp, openApp } from "../support/open-app.ts";
import { collectStream } from "../support/sse.ts";

let app: OpenApp;
let uninstall: () => void;
let reply = "";
let system = "";

beforeAll(async () => {
  app = await openApp({
    samples: false,
    environment: {
      MODEL: "openai-compatible:test",
      MODEL_BASE_URL: "http://model.test/v1",
      MODEL_API_KEY: "key",
    },
  });
  const tents = [
    { id: "aurora", text: "# Aurora\n\nThe Aurora tent weighs 2.4 kg." },
    { id: "aurora-ko", text: "# 오로라\n\n오로라 텐트의 무게는 2.4kg입니다." },
  ];
  await loadSamples({ tents }, app.services, AbortSignal.timeout(20_000));
  uninstall = installModelHost("model.test", (body) => {
    const request = readChatRequest("openai", body);
    system = request.messages[0]!.text;
    const totals = { tokens: 1, isCapped: false };
    const tokens = reply.match(/[^]{1,3}/g) ?? [];
    const frames = [
      ...openaiChat.opening(request),
      ...tokens.map((token) => openaiChat.token(token)),
      ...openaiChat.closing(request, totals),
    ];
    return streamResponse([new TextEncoder().encode(frames.join(""))]);
  });
});
afterAll(() => {
  uninstall();
  app.close();
});

describe("a model's refusal", () => {
  it.each([
    ["How heavy is the Aurora tent?", "It weighs 2.4 kg [1].", true],
    [
      "How heavy is the Aurora tent?",
      "It weighs 2.4 kg [1]. I could not find its price [0].",
      true,
    ],
    ["How heavy is the Aurora tent?", "I did not find this in the sources [0].", false],
    ["How heavy is the Aurora tent?", "I could not find the weight of the tent [1].", false],
    ["How heavy is the Aurora tent?", "Its weight is a mystery to me [1][0].", false],
    ["오로라 텐트의 무게는 얼마인가요?", "무게는 2.4kg입니다 [1].", true],
    [
      "오로라 텐트의 무게는 얼마인가요?",
      "무게는 2.4kg입니다 [1]. 가격은 찾지 못했습니다 [0].",
      true,
    ],
    ["오로라 텐트의 무게는 얼마인가요?", "제공된 자료에서 찾지 못했습니다 [0].", false],
    ["오로라 텐트의 무게는 얼마인가요?", "출처에는 무게에 대한 정보가 없습니다 [1].", false],
  ])("is told in every form: %s %s → %j", async (message, words, answered) => {
    reply = words;
    const { events } = await collectStream(await app.post("/chat", { message }));
    const shown = events.map((event) => event["delta"] ?? "").join("");
    expect(shown).toBe(words.replace(/ ?\[0\]/, ""));
    expect(events.at(-1)).toMatchObject({ type: "finish", messageMetadata: { answered } });
    const json = await app.post("/chat", { message, stream: false });
    expect(await json.json()).toMatchObject({ answer: shown, answered });
    expect(system).toContain("[0]");
  });
});
