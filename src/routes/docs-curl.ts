import type { ApiDocument, ApiMedia, ApiOperation, ApiParameter } from "./api-document.ts";

/** A line for a terminal that calls the operation with its examples. */
export function toCurl(
  { servers }: ApiDocument,
  method: string,
  path: string,
  operation: ApiOperation,
): string {
  const { parameters = [], requestBody, responses, security } = operation;
  const words = ["curl", ...readFlags(responses["200"]?.content ?? {})];
  if (method !== "get" && !(method === "post" && requestBody !== undefined))
    words.push("-X", method.toUpperCase());
  const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(readExample(parameters, name)),
  );
  words.push(quote(`${servers[0]?.url ?? ""}${address}`));
  // The variable of whoever reads; without one the header says nothing.
  if (security !== undefined) words.push("-H", '"authorization: Bearer $ADMIN_KEY"');
  words.push(...readBody(requestBody?.content ?? {}));
  return words.join(" ");
}

function readBody(content: Record<string, ApiMedia>): string[] {
  const [first] = Object.entries(content);
  if (first === undefined) return [];
  const [type, { example = {} }] = first;
  const body = typeof example === "string" ? example : JSON.stringify(example);
  return ["-H", quote(`content-type: ${type}`), "-d", quote(body)];
}

/** What is best read in a terminal. */
function readFlags(content: Record<string, ApiMedia>): string[] {
  if ("text/plain" in content) return ["-N", "-H", quote("accept: text/plain")];
  if ("text/event-stream" in content) return ["-N"];
  return "text/html" in content && "application/json" in content
    ? ["-H", quote("accept: application/json")]
    : [];
}

function readExample(parameters: ApiParameter[], name: string): string {
  const { schema } = parameters.find((parameter) => parameter.name === name) ?? {};
  return String(schema?.example ?? name);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
