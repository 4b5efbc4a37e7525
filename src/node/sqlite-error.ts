/* What goes wrong with SQLite's files, told apart by what whoever started the program can do about it. */

/** Why a store cannot be opened or written, and what to do: one sentence for whoever started the program. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/** What is in the file cannot be what was written. */
export class DamageError extends Error {
  override readonly name = "DamageError";
}

const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOT_A_DATABASE = 26;

/** The sentence for what has failed, made of SQLite's own words; a `StoreError` has one already. */
export function toStoreError(
  cause: unknown,
  sentences: Record<"busy" | "damaged" | "closed", (detail: string) => string>,
): StoreError {
  if (cause instanceof StoreError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const sentence = sentences[readKind(cause)](message.replaceAll(/\s+/g, " "));
  return new StoreError(sentence, { cause });
}

function readKind(cause: unknown): "busy" | "damaged" | "closed" {
  if (cause instanceof DamageError || isCorrupt(cause)) return "damaged";
  const code = readCode(cause);
  if (code === SQLITE_NOT_A_DATABASE) return "damaged";
  return code === SQLITE_BUSY ? "busy" : "closed";
}

/** SQLite itself has found the file to be wrong. */
export function isCorrupt(error: unknown): boolean {
  return readCode(error) === SQLITE_CORRUPT;
}

/** The code without what SQLite adds to it in its upper bits. */
function readCode(error: unknown): number {
  return ((error as { errcode?: number }).errcode ?? 0) & 0xff;
}
