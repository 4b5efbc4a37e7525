import type { Citation, Source } from "../ports.ts";

const QUOTATION = /["“「『]([^"”」』]{4,})["”」』]/g;

/** Whether the sentence, or everything that it quotes, stands in the source, white space and marks aside. */
export function verifyCitation(
  sentence: string,
  source: Source,
): Pick<Citation, "quote" | "verified"> {
  const text = fold(source.chunk.text);
  const quotations = [...sentence.matchAll(QUOTATION)].map((match) => match[1] ?? "");
  const whole = fold(sentence);
  if (whole !== "" && text.includes(whole)) return { quote: sentence, verified: true };
  const verified =
    quotations.length > 0 && quotations.every((quotation) => text.includes(fold(quotation)));
  return verified ? { quote: quotations[0]!, verified } : { verified };
}

function fold(text: string): string {
  return text
    .toLowerCase()
    .replace(/[\s*_`#>|\\]+/g, " ")
    .replace(/^[\s.,;:!?-]+|[\s.,;:!?-]+$/g, "");
}
