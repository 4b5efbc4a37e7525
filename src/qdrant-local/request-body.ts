import { formatError, QdrantError } from "./envelope.ts";
import { type Json, type JsonObject, parseJson } from "./json.ts";
import { readObject } from "./read.ts";

/** In bytes: the default of a server. */
const LARGEST_BODY = 32 * 1024 * 1024;
/** Arrays and objects inside one another, as in Qdrant's parser. */
const DEEPEST = 127;

/** The JSON object of a request; one without a body counts as empty. */
export async function readBody(request: Request): Promise<JsonObject> {
  // Refused before it is read where the sender has said how long it is.
  checkLength(Number(request.headers.get("content-length") ?? 0));
  const bytes = await request.arrayBuffer();
  checkLength(bytes.byteLength);
  if (bytes.byteLength === 0) return {};
  const body = parse(bytes);
  checkValue(body, 0);
  return readObject(body, "a map");
}

function checkLength(length: number): void {
  if (length <= LARGEST_BODY) return;
  const text = `JSON payload (${length} bytes) is larger than allowed (limit: ${LARGEST_BODY} bytes).`;
  throw new QdrantError(400, text);
}

function parse(bytes: ArrayBuffer): Json {
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw formatError(error instanceof Error ? error.message : String(error));
  }
}

/** What JavaScript parses and Qdrant does not. */
function checkValue(value: Json, depth: number): void {
  if (typeof value === "number") checkNumber(value);
  if (typeof value !== "object" || value === null) return;
  if (depth === DEEPEST) throw formatError("recursion limit exceeded");
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    // Most of a body are the numbers of vectors: they are worth no call each.
    if (typeof item === "number") checkNumber(item);
    else checkValue(item, depth + 1);
  }
}

function checkNumber(value: number): void {
  if (!Number.isFinite(value)) throw formatError("number out of range");
}
