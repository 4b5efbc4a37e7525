import type { Change, Storage } from "../../../src/qdrant-local/storage.ts";

/** Keeps all changes in memory, to start again from them. */
export function createKeepingStorage(): Storage {
  const kept: Change[] = [];
  return {
    load: () => structuredClone(kept),
    commit: (changes) => void kept.push(...structuredClone(changes)),
  };
}
