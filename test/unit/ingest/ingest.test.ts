import { describe, expect, it } from "vitest";
import { createCatalog } from "../../../src/catalog.ts";
import { ingestDocuments, type IngestDependencies } from "../../../src/ingest/ingest.ts";
import { createOperations } from "../../../src/operations.ts";
import { createFixedStore } from "../../support/fixed-store.ts";

const store = createFixedStore();
const operations = createOperations(() => 0);
const operation = operations.of("qdrant", "list");
const dependencies: IngestDependencies = {
  store,
  catalog: createCatalog({ store, operation, now: () => 0, deadline: 1000 }),
  operations,
  embedder: undefined,
  deadline: 1000,
};
const ingest = (text: string): Promise<unknown> =>
  ingestDocuments("guides", [{ id: "a", text }], dependencies, new AbortController().signal);

describe("ingestDocuments", () => {
  // The store fails every call that writes, with another error.
  it.each(["", " \n", "# Heading alone", "---\ntitle: x\n---\n", "***", "…\n\n---\n\n!!!"])(
    "refuses %j, which has no word, before anything is written",
    async (text) => {
      await expect(ingest(text)).rejects.toMatchObject({ name: "AppError", code: "invalid" });
    },
  );
});
