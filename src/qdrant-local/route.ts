import { validationError, wrongInput } from "./envelope.ts";
import type { Database } from "./database.ts";
import type { JsonObject } from "./json.ts";
import type { PlannedChange } from "./storage.ts";

/** One parsed request. */
export interface Call {
  readonly database: Database;
  /** The `:name` segments of the route's path, decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: JsonObject;
}

/** What a write would do. Nothing is done before all of it is known. */
export interface Write {
  readonly changes: readonly PlannedChange[];
  /** Called after the changes are applied. */
  result(): unknown;
}

/**
 * A route either reads or writes, in one step or in several which are kept as one: each of them is
 * planned on what the ones before have left, and the answer is the list of their results. `path`
 * is written as `/collections/:collection/points`.
 */
export type Route = { readonly method: string; readonly path: string } & (
  | { read(call: Call): unknown }
  | { write(call: Call): Write }
  | { writeSteps(call: Call): readonly (() => Write)[] }
);

export interface FoundRoute {
  route: Route;
  path: Record<string, string>;
}

export function findRoute(
  routes: readonly Route[],
  method: string,
  pathname: string,
): FoundRoute | undefined {
  const segments = pathname.split("/").map(decodeSegment);
  for (const route of routes) {
    if (route.method !== method) continue;
    const path = matchPath(route.path.split("/"), segments);
    if (path) return { route, path };
  }
  return undefined;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw wrongInput(`malformed path segment ${segment}`);
  }
}

function matchPath(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const path: Record<string, string> = {};
  for (const [i, expected] of pattern.entries()) {
    const segment = segments[i] ?? "";
    if (expected.startsWith(":")) path[expected.slice(1)] = segment;
    else if (expected !== segment) return undefined;
  }
  return path;
}

const LONGEST_NAME = 255;

export function collectionName(call: Call): string {
  const name = call.path["collection"] ?? "";
  if (name.length <= LONGEST_NAME) return name;
  const text = `value "${name}" invalid, must be from 1 to ${LONGEST_NAME} characters`;
  throw validationError("collection_name", text, "path parameters");
}
