import { setImmediate as turn } from "node:timers/promises";
import { type Generated, generateText } from "../../src/chat/generate.ts";
import { createOperations } from "../../src/operations.ts";
import type { ScriptedModel } from "./scripted-model.ts";

const LIMITS = { firstToken: 5000, token: 5000, outputTokens: 9_999 };
const CALL = { prompt: [] };

export function generate(
  model: ScriptedModel,
  limits: Partial<typeof LIMITS> = {},
  signal = new AbortController().signal,
): ReturnType<typeof generateText> {
  const operation = createOperations(() => performance.now()).of("model", "stream");
  return generateText([{ model, operation }], CALL, { ...LIMITS, ...limits }, () => turn(), signal);
}

export interface Run {
  texts: string[];
  end: Generated | undefined;
  error: unknown;
}

/** Reads to the end, whichever it is. */
export async function run(generator: ReturnType<typeof generateText>): Promise<Run> {
  const texts: string[] = [];
  try {
    for (;;) {
      const { done, value } = await generator.next();
      if (done === true) return { texts, end: value, error: undefined };
      if (typeof value === "string") texts.push(value);
    }
  } catch (error) {
    return { texts, end: undefined, error };
  }
}
