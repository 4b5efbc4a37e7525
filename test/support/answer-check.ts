// Holds answers to what GET /openapi.json says: the route, its status, the content type and the body are declared. What
// a test itself reads is looked at as it passes, so that cancelling, waiting and breaking stay what they are.
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { createParser } from "eventsource-parser";

type Json = Record<string, unknown>;

interface Media {
  schema?: Json;
  "x-itemSchema"?: Json;
  examples?: Record<string, unknown>;
}

interface Operation {
  responses: Record<string, { content?: Record<string, Media> }>;
}

export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Json> };
}

/** Hands on the answer to a request; `complain` is told of each thing in it that is not declared. */
export type AnswerCheck = (
  request: { method: string; path: string },
  response: Response,
  complain: (complaint: string) => void,
) => Response;

const NO_ROUTE: Operation = {
  responses: {
    404: {
      content: {
        "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
        // For people who follow a link.
        "text/html": {},
      },
    },
  },
};

/** Nothing at an address below /v1, or not with this method. */
const NO_OPENAI_ROUTE: Operation = {
  responses: Object.fromEntries(
    [404, 405].map((status) => [
      status,
      {
        content: { "application/json": { schema: { $ref: "#/components/schemas/OpenAIError" } } },
      },
    ]),
  ),
};

export function createAnswerCheck(document: ApiDocument): AnswerCheck {
  const ajv = new Ajv2020({ strict: false });
  for (const format of ["uuid", "uri"]) ajv.addFormat(format, true);
  ajv.addSchema(close({ components: document.components }) as Json, "api");
  const compiled = new Map<string, ValidateFunction>();
  const violations = (schema: Json, value: unknown): string | undefined => {
    const key = JSON.stringify(schema);
    const validate = compiled.get(key) ?? ajv.compile(close(schema) as Json);
    compiled.set(key, validate);
    return validate(value) ? undefined : ajv.errorsText(validate.errors);
  };
  // Now, since it would hold up the answer whose first frame needs it.
  violations({ $ref: "#/components/schemas/AnswerChunk" }, {});
  const routes = readRoutes(document);

  return function check({ method, path }, response, complain) {
    const { status } = response;
    const type = (response.headers.get("content-type") ?? "").split(";", 1)[0]!;
    const say = (what: string): void => complain(`${method} ${path} → ${status} ${type}: ${what}`);
    const declared = findOperation(routes, method, path)?.responses[status];
    if (declared === undefined) {
      say("no such answer is declared");
      return response;
    }
    if (response.body === null) {
      if (declared.content !== undefined && method !== "HEAD") say("a body is declared");
      return response;
    }
    const media = declared.content?.[type];
    if (media === undefined) {
      say("no such content is declared");
      return response;
    }
    const judge = (schema: Json, text: string): void => {
      const value = parse(text);
      const found = value === undefined ? "no JSON" : violations(schema, value);
      if (found !== undefined) say(`${found} in ${text.slice(0, 400)}`);
      const { code } = (value ?? {}) as { code?: string };
      if (media.examples !== undefined && code !== undefined && !(code in media.examples))
        say(`the code ${code} is not declared`);
    };
    return new Response(pass(response.body, createReader(type, media, judge)), response);
  };
}

/** Takes a body's text as it comes, undefined at its end. */
type Reader = (text: string | undefined) => void;

function createReader(
  type: string,
  { schema = {}, "x-itemSchema": itemSchema }: Media,
  judge: (schema: Json, text: string) => void,
): Reader {
  if (type === "application/jsonl") {
    let text = "";
    return (more) => {
      if (more !== undefined) text += more;
      else for (const line of text.split("\n")) if (line !== "") judge(itemSchema ?? schema, line);
    };
  }
  if (itemSchema !== undefined) {
    const parser = createParser({
      onEvent: ({ data }) => {
        if (data !== "[DONE]") judge(itemSchema, data);
      },
    });
    return (text) => {
      if (text !== undefined) parser.feed(text);
    };
  }
  if (!/^application\/([\w.-]+\+)?json$/.test(type)) return () => undefined;
  let whole = "";
  return (text) => {
    if (text === undefined) judge(schema, whole);
    else whole += text;
  };
}

/** The same bytes, read no sooner than they are asked for. */
function pass(body: ReadableStream<Uint8Array>, read: Reader): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await reader.read();
        if (done) {
          read(undefined);
          controller.close();
          return;
        }
        read(decoder.decode(value, { stream: true }));
        controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

interface Route {
  method: string;
  path: RegExp;
  parameters: number;
  operation: Operation;
}

function readRoutes({ paths }: ApiDocument): Route[] {
  return Object.entries(paths)
    .flatMap(([template, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path: new RegExp(
          `^${template.replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&").replaceAll(/\{\w+\}/g, "[^/]+")}$`,
        ),
        parameters: template.split("{").length,
        operation,
      })),
    )
    .toSorted((a, b) => a.parameters - b.parameters);
}

function findOperation(routes: Route[], method: string, path: string): Operation | undefined {
  // CORS answers these itself, wherever they go.
  if (method === "OPTIONS") return { responses: { 204: {}, ...NO_ROUTE.responses } };
  const name = method === "HEAD" ? "GET" : method;
  const route = routes.find((known) => known.method === name && known.path.test(path));
  return route?.operation ?? (path.startsWith("/v1/") ? NO_OPENAI_ROUTE : NO_ROUTE);
}

/** What is not named is not declared: objects with properties have no others, unless they say so. */
function close(schema: unknown, isPart = false): unknown {
  if (Array.isArray(schema)) return schema.map((entry) => close(entry, isPart));
  if (typeof schema !== "object" || schema === null) return schema;
  const closed = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === "$ref" && typeof value === "string"
        ? value.replace(/^#/, "api#")
        : close(value, key === "allOf"),
    ]),
  );
  const isOpen = isPart || "additionalProperties" in closed || !("properties" in closed);
  return isOpen || closed["type"] !== "object"
    ? closed
    : { ...closed, additionalProperties: false };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
