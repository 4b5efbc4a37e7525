import { expect, it } from "vitest";
import { createPairEncoder } from "../../../src/text/pair-encoder.ts";

function encode(parts: string[]): string[] {
  const next = createPairEncoder();
  return parts.map((part) => new TextDecoder().decode(next(part)));
}

it("keeps a pair whole whose halves come in two parts", () => {
  expect(encode(["a\ud83d", "\ude00b"])).toEqual(["a", "😀b"]);
  expect(encode(["\ud83d", "", "\ude00", ""])).toEqual(["", "", "😀", ""]);
});

it("writes a half alone as U+FFFD, once it is clear that the other one does not come", () => {
  expect(encode(["\ud83d", "b"])).toEqual(["", "\ufffdb"]);
  expect(encode(["a\ude00", "\ud83d", "\ud83d", "\ude00"])).toEqual([
    "a\ufffd",
    "",
    "\ufffd",
    "😀",
  ]);
});
