import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunkFromForeign } from "../../../src/adapters/qdrant-foreign-payload.ts";

const node = JSON.stringify({
  text: "Otters swim.",
  metadata: { file_name: "otters.md", url: "https://zoo.example/otters" },
});

describe("chunkFromForeign", () => {
  it.each([
    ["text alone", { text: "Otters swim." }, { title: "7", documentId: "7" }],
    [
      "LangChain",
      { page_content: "Otters swim.", metadata: { source: "docs/otters.md", title: "Otters" } },
      { title: "Otters", documentId: "docs/otters.md", metadata: { title: "Otters" } },
    ],
    [
      "LlamaIndex",
      { _node_content: node, document_id: "None", doc_id: "d1", file_name: "otters.md" },
      { title: "otters.md", documentId: "d1", url: "https://zoo.example/otters" },
    ],
    [
      "Haystack",
      { content: "Otters swim.", meta: {}, source: "https://zoo.example/otters" },
      { title: "https://zoo.example/otters", url: "https://zoo.example/otters" },
    ],
    ["an empty text before a full one", { text: " ", chunk: "Otters swim." }, {}],
    ["a URL that is none", { text: "Otters swim.", url: "javascript:alert(1)" }, { title: "7" }],
  ])("reads what others write: %s", (_, payload, expected) => {
    const chunk = chunkFromForeign("7", payload, undefined);
    expect(chunk).toMatchObject({ id: "7", text: "Otters swim.", start: 0, end: 12, ...expected });
    expect(chunk?.url?.startsWith("https://") ?? true).toBe(true);
  });

  it("looks first where it is told to, and elsewhere when nothing is there", () => {
    const payload = { text: "short", body: { words: "Otters swim." } };
    expect(chunkFromForeign("7", payload, "body.words")?.text).toBe("Otters swim.");
    expect(chunkFromForeign("7", payload, "body.none")?.text).toBe("short");
  });

  it.each([undefined, null, [], "text", {}, { text: 5 }, { _node_content: "{" }])(
    "finds no text in %j",
    (payload) => {
      expect(chunkFromForeign("7", payload, undefined)).toBeUndefined();
    },
  );

  it("takes 12,000 characters at most", () => {
    const { text, end } = chunkFromForeign("7", { text: "x".repeat(99_999) }, undefined)!;
    expect([text.length, end]).toEqual([12_000, 12_000]);
  });

  it("takes any payload", () => {
    const names = ["text", "content", "metadata", "_node_content", "title", "url", "document_id"];
    const payload = fc.dictionary(fc.constantFrom(...names), fc.jsonValue());
    fc.assert(
      fc.property(payload, fc.string(), (fields, textField) => {
        const chunk = chunkFromForeign("7", fields, textField);
        if (chunk === undefined) return;
        expect(chunk.text.trim()).not.toBe("");
        expect(typeof chunk.title === "string" && typeof chunk.documentId === "string").toBe(true);
      }),
    );
  });
});
