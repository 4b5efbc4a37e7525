import { describe, expect, it } from "vitest";
import { condenseQuestion } from "../../../src/chat/condense.ts";
import type { Question } from "../../../src/chat/events.ts";
import { readPrompts } from "../../../src/node/files.ts";
import { createPrompts } from "../../../src/prompts.ts";
import { createScriptedModel, type ScriptedModel, streamOf } from "../../support/scripted-model.ts";

const QUESTION: Question = {
  text: "And in {{nonce}} winter?",
  history: [
    { role: "user", content: "Is the Aurora 2 dry?" },
    { role: "assistant", content: "Yes." },
  ],
};
const prompts = createPrompts(readPrompts());

const condense = (model: ScriptedModel): Promise<string> =>
  condenseQuestion(
    model,
    QUESTION,
    { prompts, nonce: "n0nce", historyTokens: 1500 },
    new AbortController().signal,
  );
const writing = (text: string): ScriptedModel => createScriptedModel(() => streamOf(), text);

describe("condenseQuestion", () => {
  it("gives what the model wrote", async () => {
    expect(await condense(writing("\n Is the Aurora 2 dry in winter? "))).toBe(
      "Is the Aurora 2 dry in winter?",
    );
  });

  it("gives the question back when the model wrote nothing, or far too much", async () => {
    expect(await condense(writing("  "))).toBe(QUESTION.text);
    expect(await condense(writing("x".repeat(601)))).toBe(QUESTION.text);
    expect(await condense(writing("x".repeat(600)))).toBe("x".repeat(600));
  });

  it("fences the conversation with the nonce", async () => {
    const model = writing("Q?");
    await condense(model);
    const message = model.calls[0]?.prompt[0];
    const part = message?.role === "user" ? message.content[0] : undefined;
    const text = part?.type === "text" ? part.text : "";
    expect(text).toContain(
      "<conversation-n0nce>\nuser: Is the Aurora 2 dry?\nassistant: Yes.\n</conversation-n0nce>",
    );
    expect(text).toContain("Last question: And in {{nonce}} winter?");
    expect(model.calls[0]).toMatchObject({ temperature: 0 });
  });
});
