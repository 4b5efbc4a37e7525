// `npm run kernel`: src/qdrant-local/kernel.wat → kernel-bytes.ts.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const KERNEL = fileURLToPath(new URL("../../src/qdrant-local/", import.meta.url));
const WAT2WASM = fileURLToPath(new URL("../../node_modules/wabt/bin/wat2wasm", import.meta.url));

/** The text of kernel-bytes.ts that belongs to the kernel.wat of today. */
export function assembleKernel(): string {
  const folder = mkdtempSync(join(tmpdir(), "kernel-"));
  try {
    const file = join(folder, "kernel.wasm");
    execFileSync(process.execPath, [WAT2WASM, `${KERNEL}kernel.wat`, `--output=${file}`]);
    return renderBytes(readFileSync(file));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function renderBytes(bytes: Buffer): string {
  return [
    "// Written by `npm run kernel` from kernel.wat.",
    "export const KERNEL_BYTES =",
    `  "${bytes.toString("base64")}";`,
    "",
  ].join("\n");
}

export function readKernelBytes(): string {
  return readFileSync(`${KERNEL}kernel-bytes.ts`, "utf8");
}

if (import.meta.main) writeFileSync(`${KERNEL}kernel-bytes.ts`, assembleKernel());
