import type { EmbeddingSpace } from "./ports.ts";

/** Whether vectors of the two can be compared; two that are absent are the same. */
export function isSameSpace(
  one: EmbeddingSpace | undefined,
  other: EmbeddingSpace | undefined,
): boolean {
  return one?.model === other?.model && one?.dimension === other?.dimension;
}
