import { readCatalog } from "../chat/answer.ts";
import type { CatalogSnapshot } from "../catalog.ts";
import { ALL, readCollections } from "../collection-sets.ts";
import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";

/** A model of OpenAI's list. */
export interface Model {
  id: string;
  object: "model";
  created: number;
  owned_by: "tributary";
}

/** When a collection was made is not known. */
export function toModel(id: string): Model {
  return { id, object: "model", created: 0, owned_by: "tributary" };
}

/** `all`, the named sets whose collections are all there, and every collection. */
export async function listModels(services: Services, signal: AbortSignal): Promise<Model[]> {
  const { config, answer } = services;
  const { collections } = await readCatalog(answer, signal);
  const names = new Set(collections.map(({ name }) => name));
  const sets = config.COLLECTION_SETS.filter((set) =>
    set.collections.every((one) => names.has(one)),
  );
  return [...new Set([ALL, ...sets.map(({ name }) => name), ...names])].map(toModel);
}

/**
 * The collections that a model's name stands for; undefined for all that are searched when none is named. Throws
 * `unknown-collection` where one of them does not exist; a store that does not answer is the answer's to tell.
 */
export async function requireModel(
  { config, answer }: Services,
  model: string,
  signal: AbortSignal,
): Promise<string[] | undefined> {
  const wanted = readCollections(model, config.COLLECTION_SETS);
  if (wanted === undefined) return undefined;
  const areIn = ({ collections }: CatalogSnapshot): boolean =>
    wanted.every((name) => collections.some((record) => record.name === name));
  const snapshot = await readCatalog(answer, signal).catch(() => undefined);
  if (snapshot === undefined || areIn(snapshot)) return wanted;
  // Another process may have made it a moment ago.
  if (areIn(await answer.catalog.refresh(signal))) return wanted;
  throw new AppError(
    "unknown-collection",
    `The model ${JSON.stringify(model.slice(0, 200))} does not exist. GET /v1/models lists those that do; several collections are joined like products+policies.`,
  );
}
