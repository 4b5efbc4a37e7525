import * as z from "zod";
import { VARIABLES } from "./variables.ts";

const schema = z.object(VARIABLES);

export type Config = z.infer<typeof schema>;

/**
 * Reads the environment. Empty values count as absent. Throws one Error that lists every problem and how to mend it;
 * values are never repeated, since they may be secrets.
 */
export function readConfig(environment: Record<string, unknown>): Config {
  const given = Object.fromEntries(
    Object.keys(VARIABLES).flatMap((name) => {
      const value = environment[name];
      return value === undefined || value === "" ? [] : [[name, value]];
    }),
  );
  const parsed = schema.safeParse(given);
  const issues = parsed.success ? [] : parsed.error.issues;
  const problems = [
    ...issues.map((issue) => `${String(issue.path[0])} ${mendingText(issue)}`),
    ...checkTogether(given),
  ].map((line) => `  - ${line}`);
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new ConfigError(
    `The environment needs mending:\n${problems.join("\n")}\nThe README lists every variable.`,
  );
}

/** The sample collections are never put into somebody's server. */
export function usesSamples(config: Config): boolean {
  return config.SAMPLES && config.QDRANT_URL === undefined;
}

export class ConfigError extends Error {
  override name = "ConfigError";
}

/** What one variable alone can not tell. */
function checkTogether(given: Record<string, unknown>): string[] {
  const providerOf = (variable: string): string | undefined =>
    String(given[variable] ?? "").split(":", 1)[0];
  const isShared = providerOf("MODEL") === providerOf("MODEL_FALLBACK");
  const [least, most] = ["MIN_SOURCES_PER_COLLECTION", "MAX_SOURCES_PER_COLLECTION"].map((name) =>
    Number(given[name] ?? Number.NaN),
  );
  const bounds =
    least! > most!
      ? ["MIN_SOURCES_PER_COLLECTION must not be above MAX_SOURCES_PER_COLLECTION"]
      : [];
  const models = ["MODEL", "MODEL_FALLBACK"].flatMap((variable) => {
    const model = String(given[variable] ?? "");
    const isGiven = (suffix: string): boolean =>
      given[`${variable}_${suffix}`] !== undefined ||
      (isShared && given[`MODEL_${suffix}`] !== undefined);
    if (model.startsWith("openai-compatible:") && !isGiven("BASE_URL"))
      return [
        `${variable}_BASE_URL is needed with ${variable}=openai-compatible:…, for example http://127.0.0.1:11434/v1`,
      ];
    if (model.startsWith("cohere:") && given["COHERE_API_KEY"] === undefined && !isGiven("API_KEY"))
      return [`COHERE_API_KEY is needed with ${variable}=cohere:…`];
    return [];
  });
  return [...bounds, ...models];
}

function mendingText(issue: z.core.$ZodIssue): string {
  if (issue.code === "too_small" && issue.origin === "string") return issue.message;
  if (issue.code === "too_small") return `must be at least ${issue.minimum}`;
  if (issue.code === "too_big") return `must be at most ${issue.maximum}`;
  if (issue.code === "invalid_type" && issue.expected === "int") return "must be a whole number";
  return issue.message;
}

/** The variables with their defaults, as rows of the README's table. */
export function describeConfig(): { name: string; fallback: string; description: string }[] {
  return Object.entries(VARIABLES).map(([name, variable]) => {
    const parsed = (variable as z.ZodType).safeParse(undefined);
    const fallback =
      parsed.success && parsed.data !== undefined && !Array.isArray(parsed.data)
        ? `\`${String(parsed.data)}\``
        : "";
    return { name, fallback, description: (variable as z.ZodType).description ?? "" };
  });
}
