import { KERNEL_BYTES } from "./kernel-bytes.ts";

/** How rows can be compared with a query; see kernel.wat. */
export type Comparison = "dot" | "squares" | "differences";

export interface Kernel extends Record<Comparison, Compare> {
  touch(slab: number, stride: number, rows: number, count: number): number;
}

type Compare = (
  slab: number,
  stride: number,
  query: number,
  rows: number,
  count: number,
  scores: number,
) => void;

let compiled: { module: WebAssembly.Module | undefined } | undefined;

/**
 * The compiled kernel; undefined where WebAssembly may not be compiled from bytes (workerd) or has no
 * SIMD. Found out at the first call, not at import.
 */
export function loadKernel(): WebAssembly.Module | undefined {
  compiled ??= { module: compileKernel() };
  return compiled.module;
}

function compileKernel(): WebAssembly.Module | undefined {
  try {
    const bytes = Uint8Array.from(atob(KERNEL_BYTES), (character) => character.charCodeAt(0));
    return new WebAssembly.Module(bytes);
  } catch {
    return undefined;
  }
}
