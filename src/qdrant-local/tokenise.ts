/** The words of a text as Qdrant's default `word` tokenizer sees them, in lower case. */
export function tokenise(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
}
