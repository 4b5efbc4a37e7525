import type { LanguageModelV4 } from "@ai-sdk/provider";
import { citeNatively, nameDocuments } from "./cohere-citations.ts";
import { COHERE_DELTA, joinDeltas, OPENAI_DELTA } from "./join-deltas.ts";

export interface ModelOptions {
  /** `cohere:<model>` or `openai-compatible:<model>`. */
  name: string;
  apiKey?: string | undefined;
  /** Required for `openai-compatible`; for `cohere` its own host when absent. */
  baseUrl?: string | undefined;
  /** Resolves when everything that has arrived from the network is read. */
  turn: () => Promise<void>;
}

/** An AI SDK model by name. Providers are imported when they are asked for. */
export async function createModel({
  name,
  apiKey,
  baseUrl,
  turn,
}: ModelOptions): Promise<LanguageModelV4> {
  const colon = name.indexOf(":");
  const [provider, model] = [name.slice(0, colon), name.slice(colon + 1)];
  if (provider === "cohere") {
    const { createCohere } = await import("@ai-sdk/cohere");
    const send = joinDeltas(COHERE_DELTA, turn);
    const cohere = createCohere({
      fetch: (input, init) => send(input, { ...init, body: nameDocuments(init?.body) ?? null }),
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(baseUrl === undefined ? {} : { baseURL: `${baseUrl.replace(/\/+$/, "")}/v2` }),
    });
    return citeNatively(cohere(model));
  }
  if (provider === "openai-compatible" && baseUrl !== undefined) {
    const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
    return createOpenAICompatible({
      name: "openai-compatible",
      baseURL: baseUrl,
      includeUsage: true,
      fetch: joinDeltas(OPENAI_DELTA, turn),
      ...(apiKey === undefined ? {} : { apiKey }),
    })(model);
  }
  throw new Error(
    "MODEL must be cohere:<model> or openai-compatible:<model>, the latter with MODEL_BASE_URL.",
  );
}
