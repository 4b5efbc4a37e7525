import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { Prompts } from "../prompts.ts";
import { stripForModel } from "../text/invisible.ts";
import type { Question } from "./events.ts";
import { recentMessages } from "./history.ts";
import { toModelError } from "./model-error.ts";

/** A rewritten question that is longer than this is no question. */
const LONGEST = 600;
const OUTPUT_TOKENS = 200;

/**
 * Has a model rewrite a question so that it can be understood without the conversation. Gives the question back
 * as it is when the model's answer is empty or no question. Throws an UpstreamError when the model fails.
 */
export async function condenseQuestion(
  model: LanguageModelV4,
  question: Question,
  { prompts, nonce, historyTokens }: { prompts: Prompts; nonce: string; historyTokens: number },
  signal: AbortSignal,
): Promise<string> {
  const history = recentMessages(question.history, historyTokens)
    .map((message) => `${message.role}: ${message.content}`)
    .join("\n");
  const text = stripForModel(
    prompts.render("condense", { nonce, history, question: question.text }),
  );
  const { content } = await model
    .doGenerate({
      prompt: [{ role: "user", content: [{ type: "text", text }] }],
      maxOutputTokens: OUTPUT_TOKENS,
      temperature: 0,
      abortSignal: signal,
    })
    .then(undefined, (error: unknown) => {
      throw toModelError(error, "condense");
    });
  const rewritten = content
    .map((part) => (part.type === "text" ? part.text : ""))
    .join("")
    .trim();
  return rewritten === "" || rewritten.length > LONGEST ? question.text : rewritten;
}
