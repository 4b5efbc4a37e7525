import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";
import { denseWeightOf } from "../../src/dense-weight.ts";

function weightOf(model: string, DENSE_WEIGHT = ""): number {
  return denseWeightOf(model, readConfig({ DENSE_WEIGHT }).DENSE_WEIGHT);
}

describe("denseWeightOf", () => {
  it("is the one number that was given, whatever the model", () => {
    expect(weightOf("embed-v4.0", "0.8")).toBe(0.8);
    expect(weightOf("another", "0")).toBe(0);
  });

  it("is the model's own where a list names it, else the one that it has by default", () => {
    const list = "embed-v4.0=0.8, another = 1.5";
    expect(weightOf("embed-v4.0", list)).toBe(0.8);
    expect(weightOf("another", list)).toBe(1.5);
    expect(weightOf("embed-multilingual-v3.0", list)).toBe(0.5);
    expect(weightOf("nobody-knows", list)).toBe(0.2);
  });

  it("is cautious for a model that nothing is known of", () => {
    expect(weightOf("embed-v4.0")).toBe(0.5);
    expect(weightOf("nobody-knows")).toBe(0.2);
    expect(weightOf("constructor")).toBe(0.2);
  });

  it.each(["much", "-1", "11", "a=", "=1", "a=1,", "a=1,b", "a=b", "a=1=2", "0.5,0.6"])(
    "refuses %j",
    (DENSE_WEIGHT) => {
      expect(() => readConfig({ DENSE_WEIGHT })).toThrow(/DENSE_WEIGHT must be a number from 0/);
    },
  );
});
