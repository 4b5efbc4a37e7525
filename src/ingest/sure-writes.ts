import type { Document } from "../ports.ts";

/**
 * A write whose answer is lost may have been done: where it fails it is looked for, and counts as done when it is there.
 * Otherwise, or where nobody can look, its own error is thrown. A caller who has gone gets no second look.
 */
export async function makeSure(
  signal: AbortSignal,
  write: () => Promise<void>,
  isDone: () => Promise<boolean>,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    signal.throwIfAborted();
    if (!(await isDone().catch(() => false))) throw error;
  }
}

/** Whether a stored document is the one that was to be stored. */
export function isSameDocument(one: Document, other: Document | undefined): boolean {
  return other !== undefined && listFacts(one) === listFacts(other);
}

function listFacts({ id, text, title, url, format, metadata = {} }: Document): string {
  // A store need not keep the order of fields.
  const fields = Object.entries(metadata).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([id, text, title, url ?? null, format, fields]);
}
