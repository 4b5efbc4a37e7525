import { expect, it } from "vitest";
import { assembleKernel, readKernelBytes } from "../support/write-kernel.ts";

it("has the bytes of the kernel's source", () => {
  expect(readKernelBytes()).toBe(assembleKernel());
});
