import { v5 } from "uuid";

/** The namespace of Tributary's own records; changing it would orphan every stored one. */
const NAMESPACE = "5b0cbb34-6e35-5f63-8a5c-8d1f0f6a9f10";

/** Deterministic id of a record in the reserved collection. */
export function pointId(
  collection: string,
  kind: "statistics" | "document",
  documentId = "",
): string {
  return v5(JSON.stringify([kind, collection, documentId]), NAMESPACE);
}
