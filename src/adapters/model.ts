import type { LanguageModelV4 } from "@ai-sdk/provider";

export interface ModelOptions {
  /** `cohere:<model>` or `openai-compatible:<model>`. */
  name: string;
  apiKey?: string | undefined;
  /** Required for `openai-compatible`; for `cohere` its own host when absent. */
  baseUrl?: string | undefined;
}

/** An AI SDK model by name. Providers are imported when they are asked for. */
export async function createModel({
  name,
  apiKey,
  baseUrl,
}: ModelOptions): Promise<LanguageModelV4> {
  const colon = name.indexOf(":");
  const [provider, model] = [name.slice(0, colon), name.slice(colon + 1)];
  if (provider === "cohere") {
    const { createCohere } = await import("@ai-sdk/cohere");
    return createCohere({
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(baseUrl === undefined ? {} : { baseURL: `${baseUrl.replace(/\/+$/, "")}/v2` }),
    })(model);
  }
  if (provider === "openai-compatible" && baseUrl !== undefined) {
    const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
    return createOpenAICompatible({
      name: "openai-compatible",
      baseURL: baseUrl,
      includeUsage: true,
      ...(apiKey === undefined ? {} : { apiKey }),
    })(model);
  }
  throw new Error(
    "MODEL must be cohere:<model> or openai-compatible:<model>, the latter with MODEL_BASE_URL.",
  );
}
