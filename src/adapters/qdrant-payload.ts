import * as z from "zod";
import { UpstreamError } from "../errors.ts";
import type { Chunk, CollectionRecord, Document, Filter, FilterValue, Metadata } from "../ports.ts";
import { decodeFrequencies, encodeFrequencies } from "../text/frequencies.ts";
import { emptyStatistics } from "../text/statistics.ts";

/*
 * What the points' payloads look like. Read tolerantly: a chunk written by an older version must not end a chat.
 */

export function chunkToPayload(chunk: Chunk): Record<string, unknown> {
  const { id: _id, documentId, ...rest } = chunk;
  const {
    sparse: _sparse,
    dense: _dense,
    ...fields
  } = rest as typeof rest & { sparse?: unknown; dense?: unknown };
  return { document_id: documentId, ...fields };
}

/** By hand: it runs for every candidate of every chat, where a schema would cost more than the search. */
export function chunkFromPayload(id: string | number, payload: unknown): Chunk {
  const fields = (payload ?? {}) as Record<string, unknown>;
  const { document_id: documentId, text, title, heading, url, metadata } = fields;
  if (typeof documentId !== "string" || typeof text !== "string") throw unreadable("chunk");
  return {
    id: String(id),
    documentId,
    index: readNumber(fields["index"], 0),
    text,
    title: typeof title === "string" ? title : documentId,
    heading: Array.isArray(heading) ? heading.filter((part) => typeof part === "string") : [],
    start: readNumber(fields["start"], 0),
    end: readNumber(fields["end"], text.length),
    ...readNeighbours(fields["neighbours"]),
    ...(typeof url === "string" ? { url } : {}),
    ...(typeof metadata === "object" && metadata !== null
      ? { metadata: metadata as Metadata }
      : {}),
    words: readNumber(fields["words"], 0),
    grams: readNumber(fields["grams"], 0),
  };
}

function readNeighbours(value: unknown): Pick<Chunk, "neighbours"> {
  return value === "before" || value === "after" || value === "both" ? { neighbours: value } : {};
}

function readNumber(value: unknown, fallback: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : fallback;
}

export function documentToPayload(collection: string, document: Document): Record<string, unknown> {
  const { id, ...fields } = document;
  return { kind: "document", collection, document_id: id, ...fields };
}

export function documentFromPayload(payload: unknown): Document {
  const fields = read(documentSchema, "document", payload);
  return {
    id: fields.document_id,
    text: fields.text,
    title: fields.title ?? fields.document_id,
    ...(fields.url == null ? {} : { url: fields.url }),
    format: fields.format === "text" ? "text" : "markdown",
    ...(fields.metadata == null ? {} : { metadata: fields.metadata as Metadata }),
  };
}

export async function recordToPayload(record: CollectionRecord): Promise<Record<string, unknown>> {
  const { statistics } = record;
  return {
    kind: "statistics",
    collection: record.name,
    documents: record.documents,
    embedding: record.embedding ?? null,
    average: record.average,
    chunks: statistics.chunks,
    words: statistics.words,
    grams: statistics.grams,
    frequencies: await encodeFrequencies(statistics.frequencies),
    ...(record.incomplete === true ? { incomplete: true } : {}),
  };
}

export async function recordFromPayload(payload: unknown): Promise<CollectionRecord> {
  const fields = read(recordSchema, "collection record", payload);
  const { chunks, words, grams } = fields;
  // A table that is damaged, or of an older version, costs quality until a re-index; it must not end every chat.
  const frequencies = await decodeFrequencies(fields.frequencies).catch(() => undefined);
  return {
    name: fields.collection,
    documents: fields.documents,
    ...(fields.embedding == null ? {} : { embedding: fields.embedding }),
    average: fields.average,
    statistics:
      frequencies === undefined ? emptyStatistics() : { chunks, words, grams, frequencies },
    ...(fields.incomplete === true || frequencies === undefined ? { incomplete: true } : {}),
  };
}

/** A filter on document metadata as Qdrant's `must`. */
export function filterToConditions(filter: Filter): { must: Record<string, unknown>[] } {
  return {
    must: Object.entries(filter).map(([field, value]) =>
      toCondition(`metadata.${quoteKey(field)}`, value),
    ),
  };
}

function toCondition(key: string, value: FilterValue): Record<string, unknown> {
  if (Array.isArray(value)) {
    // Qdrant takes only texts, or only whole numbers.
    const isPlain =
      value.every((one) => typeof one === "string") || value.every(Number.isSafeInteger);
    return isPlain
      ? { key, match: { any: value } }
      : { should: value.map((one) => toCondition(key, one)) };
  }
  if (typeof value === "object") return { key, range: value };
  // Qdrant's exact match takes no fractions, and nothing beyond 64 bits.
  if (typeof value === "number" && !Number.isSafeInteger(value))
    return { key, range: { gte: value, lte: value } };
  return { key, match: { value } };
}

function quoteKey(field: string): string {
  return /^[A-Za-z0-9_-]+$/.test(field) ? field : `"${field}"`;
}

function read<T extends z.ZodType>(schema: T, what: string, payload: unknown): z.infer<T> {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw unreadable(what, parsed.error);
}

function unreadable(what: string, cause?: unknown): UpstreamError {
  return new UpstreamError({
    service: "qdrant",
    operation: "read",
    message: `a stored ${what} is not readable`,
    retryable: false,
    cause,
  });
}

const metadataSchema = z.record(z.string(), z.unknown());

const documentSchema = z.object({
  document_id: z.string(),
  text: z.string(),
  title: z.string().nullish(),
  url: z.string().nullish(),
  format: z.string().nullish(),
  metadata: metadataSchema.nullish(),
});

const recordSchema = z.object({
  collection: z.string(),
  documents: z.number(),
  embedding: z.object({ model: z.string(), dimension: z.number() }).nullish(),
  average: z.object({ words: z.number(), grams: z.number() }),
  chunks: z.number(),
  words: z.number(),
  grams: z.number(),
  frequencies: z.string(),
  incomplete: z.boolean().nullish(),
});
