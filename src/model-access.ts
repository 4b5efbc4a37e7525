import type { Config } from "./config.ts";

/** Where a model answers, and with which key. */
export interface ModelAccess {
  apiKey: string | undefined;
  baseUrl: string | undefined;
}

/** For the name in `MODEL`. */
export function modelAccess(name: string, config: Config): ModelAccess {
  return complete(name, { apiKey: config.MODEL_API_KEY, baseUrl: config.MODEL_BASE_URL }, config);
}

/** For the name in `MODEL_FALLBACK`; what it lacks is the first model's where both have the same provider. */
export function fallbackAccess(name: string, first: string, config: Config): ModelAccess {
  const isShared = readProvider(name) === readProvider(first);
  const own = {
    apiKey: config.MODEL_FALLBACK_API_KEY ?? (isShared ? config.MODEL_API_KEY : undefined),
    baseUrl: config.MODEL_FALLBACK_BASE_URL ?? (isShared ? config.MODEL_BASE_URL : undefined),
  };
  return complete(name, own, config);
}

function complete(name: string, own: ModelAccess, config: Config): ModelAccess {
  if (readProvider(name) !== "cohere") return own;
  return {
    apiKey: own.apiKey ?? config.COHERE_API_KEY,
    baseUrl: own.baseUrl ?? config.COHERE_BASE_URL,
  };
}

function readProvider(name: string): string {
  return name.split(":", 1)[0] ?? "";
}
