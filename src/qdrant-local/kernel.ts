import { KERNEL_BYTES } from "./kernel-bytes.ts";

/** The functions of kernel.wat; see there for what they take. */
export type KernelFunction = "dot" | "squares" | "differences";

export type Kernel = Record<
  KernelFunction,
  (slab: number, stride: number, query: number, rows: number, count: number, scores: number) => void
>;

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
