import { crc32 } from "node:zlib";

/** Of all that a row says: SQLite finds broken pages by itself, but not a changed byte in a value. */
export function checksum(
  kind: string,
  ...parts: readonly (string | number | ArrayBufferView)[]
): number {
  let sum = crc32(kind);
  for (const part of parts) {
    // The zero keeps two neighbours apart.
    sum = typeof part === "object" ? crc32(bytesOf(part), sum) : crc32(`${part}\0`, sum);
  }
  return sum;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
