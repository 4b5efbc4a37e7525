import { describe, expect, it } from "vitest";
import { groupDocuments } from "../../../src/node/eval/collections.ts";
import { collectionName } from "../../../src/routes/schemas.ts";

const documents = (...ids: string[]): { id: string; collection: string | undefined }[] =>
  ids.map((id) => ({ id, collection: undefined }));

const names = (groups: Map<string, unknown[]>): [string, number][] =>
  [...groups].map(([name, members]) => [name, members.length]);

describe("groupDocuments", () => {
  it("puts all into one collection when nothing is said", () => {
    const groups = groupDocuments(documents("a-1", "b-1"), {
      by: undefined,
      single: "set",
      prefix: "",
    });
    expect(names(groups)).toEqual([["set", 2]]);
  });

  it("splits ids before the first - or :", () => {
    const ids = ["finance-0", "finance-1", "state_of_the_union-24", "hono:docs/api-x.md#0"];
    const groups = groupDocuments(documents(...ids), { by: "prefix", single: "set", prefix: "" });
    expect(names(groups)).toEqual([
      ["finance", 2],
      ["state_of_the_union", 1],
      ["hono", 1],
    ]);
  });

  it("makes names that the product takes, and never one of two", () => {
    const fields = ["금융", "보험", "a b", "a/b", "", "tributary", "_x", "é", "n".repeat(80)];
    fields.push(`${"n".repeat(80)}m`, "a-b");
    const groups = groupDocuments(
      fields.map((collection, index) => ({ id: String(index), collection })),
      { by: "field", single: "set", prefix: "" },
    );
    expect(groups.size).toBe(fields.length);
    for (const name of groups.keys())
      expect(collectionName.safeParse(name).success, name).toBe(true);
  });

  it("refuses documents without the field, and more collections than make sense", () => {
    const by = { single: "set", prefix: "" } as const;
    expect(() => groupDocuments(documents("a"), { ...by, by: "field" })).toThrow(
      /"a" has no field/,
    );
    const many = documents(...Array.from({ length: 65 }, (_, index) => `${index}-x`));
    expect(() => groupDocuments(many, { ...by, by: "prefix" })).toThrow(/makes 65 collections/);
  });
});
