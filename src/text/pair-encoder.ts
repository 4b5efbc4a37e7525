/** UTF-8 of a text that comes in parts: the halves of a surrogate pair may come in two of them. A half alone is U+FFFD. */
export function createPairEncoder(): (part: string) => Uint8Array {
  const encoder = new TextEncoder();
  let half = "";
  return (part) => {
    const text = half + part;
    half = /[\ud800-\udbff]$/.test(text) ? text.slice(-1) : "";
    return encoder.encode(half === "" ? text : text.slice(0, -1));
  };
}
