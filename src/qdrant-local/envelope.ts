import { stringifyJson } from "./json.ts";

/** A refusal with the status and the text a Qdrant server would send. */
export class QdrantError extends Error {
  override readonly name = "QdrantError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function wrongInput(text: string, status = 400): QdrantError {
  return new QdrantError(status, `Wrong input: ${text}`);
}

export function badRequest(text: string): QdrantError {
  return new QdrantError(400, `Bad request: ${text}`);
}

export function formatError(text: string): QdrantError {
  return new QdrantError(400, `Format error in JSON body: ${text}`);
}

/** What the planner of a query refuses. */
export function validationFailed(text: string): QdrantError {
  return wrongInput(`Validation failed: ${text}`);
}

/** @param place what was validated, as Qdrant calls it */
export function validationError(field: string, text: string, place = "JSON body"): QdrantError {
  return new QdrantError(422, `Validation error in ${place}: [${field}: ${text}]`);
}

export function parameterError(text: string): QdrantError {
  return new QdrantError(400, `Deserialize error in query parameters: ${text}`);
}

export function notFound(text: string): QdrantError {
  return new QdrantError(404, `Not found: ${text}`);
}

export function notImplemented(what: string): QdrantError {
  return new QdrantError(501, `Not implemented in local mode: ${what}`);
}

export function resultResponse(result: unknown, started: number): Response {
  return json(200, { result, status: "ok", time: secondsSince(started) });
}

export function errorResponse(error: unknown, started: number): Response {
  const known = error instanceof QdrantError;
  const text = known ? error.message : `Service internal error: ${String(error)}`;
  const body = { status: { error: text }, time: secondsSince(started) };
  return json(known ? error.status : 500, body);
}

export function json(status: number, body: unknown): Response {
  const headers = { "content-type": "application/json" };
  return new Response(stringifyJson(body), { status, headers });
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}
