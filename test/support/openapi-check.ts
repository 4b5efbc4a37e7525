// Checks exchanges with Qdrant against its OpenAPI 3.0 description. That says much of the shape of
// requests and answers and nothing of their meaning.
import { Ajv, type ValidateFunction } from "ajv";

export interface OpenApiDescription {
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: { schemas: Record<string, unknown> };
}

interface OpenApiOperation {
  requestBody?: { content?: Content };
  responses: Record<string, { content?: Content }>;
}

type Content = Record<string, { schema?: unknown }>;

export interface Exchange {
  method: string;
  /** Without the query string. */
  path: string;
  request: unknown;
  status: number;
  response: unknown;
}

interface Operation {
  name: string;
  method: string;
  path: RegExp;
  parameters: number;
  request: ValidateFunction | undefined;
  response: ValidateFunction | undefined;
}

const UUID = /^(urn:uuid:)?[0-9a-f]{8}(-?)[0-9a-f]{4}\2[0-9a-f]{4}\2[0-9a-f]{4}\2[0-9a-f]{12}$/i;
const IGNORED_FORMATS =
  "date-time double float int64 partial-date-time uint uint32 uint64 uint8 uri";

/** Returns a function which lists what an exchange violates; nothing means that it is right. */
export function createOpenApiCheck(
  description: OpenApiDescription,
): (exchange: Exchange) => string[] {
  const ajv = new Ajv({ strict: false, allErrors: false, verbose: false });
  ajv.addFormat("uuid", UUID);
  for (const format of IGNORED_FORMATS.split(" ")) ajv.addFormat(format, true);
  ajv.addSchema(asJsonSchema({ components: description.components }) as object, "qdrant");
  const compile = (schema: unknown): ValidateFunction | undefined =>
    schema === undefined ? undefined : ajv.compile(asJsonSchema(schema) as object);
  const operations = Object.entries(description.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) =>
      readOperation(template, method, operation, compile),
    ),
  );
  // `/collections/aliases` before `/collections/{collection_name}`.
  operations.sort((a, b) => a.parameters - b.parameters);

  return function check(exchange) {
    if (exchange.status >= 400) return checkRefusal(exchange);
    const operation = operations.find(
      ({ method, path }) => method === exchange.method && path.test(exchange.path),
    );
    if (!operation) return [`no such operation: ${exchange.method} ${exchange.path}`];
    return [
      ...violations(ajv, operation, "request", exchange.request),
      ...violations(ajv, operation, "response", exchange.response),
      ...checkEnvelope(operation, exchange.response),
    ];
  };
}

function readOperation(
  template: string,
  method: string,
  operation: OpenApiOperation,
  compile: (schema: unknown) => ValidateFunction | undefined,
): Operation {
  const json = (content: Content | undefined): unknown => content?.["application/json"]?.schema;
  return {
    name: `${method.toUpperCase()} ${template}`,
    method: method.toUpperCase(),
    path: new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
    parameters: template.split("{").length - 1,
    request: compile(json(operation.requestBody?.content)),
    response: compile(json(operation.responses["200"]?.content)),
  };
}

function violations(
  ajv: Ajv,
  operation: Operation,
  part: "request" | "response",
  value: unknown,
): string[] {
  const validate = operation[part];
  if (!validate || (part === "request" && value === undefined) || validate(value)) return [];
  const said = ajv.errorsText(validate.errors, { dataVar: part });
  return [`${operation.name}: ${said} in ${JSON.stringify(value)?.slice(0, 500)}`];
}

/** The description leaves all parts of the envelope optional; a server always sends them. */
function checkEnvelope({ name, response }: Operation, answer: unknown): string[] {
  if (!response || !name.includes("/collections")) return [];
  const { result, status, time } = answer as Record<string, unknown>;
  if (result !== undefined && status === "ok" && typeof time === "number") return [];
  return [`${name}: not the envelope of a result: ${JSON.stringify(answer).slice(0, 500)}`];
}

function checkRefusal({ method, path, response }: Exchange): string[] {
  const { status, time, result } = (response ?? {}) as Record<string, unknown>;
  const error = (status as { error?: unknown } | undefined)?.error;
  if (typeof error === "string" && typeof time === "number" && result === undefined) return [];
  return [`${method} ${path}: not the envelope of an error: ${JSON.stringify(response)}`];
}

/**
 * OpenAPI 3.0 as JSON schema. A lone `nullable: true` is how the description spells "null"; read
 * literally it accepts anything, and with it any misspelt word.
 */
function asJsonSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(asJsonSchema);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema);
  if (entries.length === 1 && entries[0]![0] === "nullable") return { type: "null" };
  return Object.fromEntries(entries.map(([key, value]) => [key, convertKeyword(key, value)]));
}

function convertKeyword(key: string, value: unknown): unknown {
  if (key === "$ref") return (value as string).replace("#/", "qdrant#/");
  return key === "default" || key === "example" ? value : asJsonSchema(value);
}
