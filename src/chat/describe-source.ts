import type { ShownSource } from "../conversation-store.ts";
import type { Citation, Source } from "../ports.ts";

/** Characters of a source that its preview shows. */
const SNIPPET = 240;
/** Characters of a quotation that an address carries; a source's page takes no more. */
const LONGEST_QUOTE = 1000;

/** Where a passage stands, in a line: the document's title, and the headings that lead to it. */
export function namePlace({ title, heading }: { title: string; heading: string[] }): string {
  return [title, ...heading.filter((part) => part !== title)].join(" › ");
}

/** A source as a reader sees it. */
export function describeSource(
  { n, collection, chunk, score, start, end }: Source,
  origin: string,
): ShownSource & { id: string } {
  return {
    id: `${collection}/${chunk.id}`,
    n,
    url: chunk.url ?? `${origin}/sources/${encodeURIComponent(collection)}/${chunk.id}`,
    title: chunk.title,
    collection,
    documentId: chunk.documentId,
    chunkId: chunk.id,
    score: Math.round(score * 1e4) / 1e4,
    snippet:
      chunk.text.length > SNIPPET ? `${chunk.text.slice(0, SNIPPET).trimEnd()}…` : chunk.text,
    start,
    end,
    heading: chunk.heading,
  };
}

/** The same without an id; without an origin, a URL of ours is a path alone. */
export function showSource(source: Source, origin = ""): ShownSource {
  const { id: _id, ...shown } = describeSource(source, origin);
  return shown;
}

/** Citations in the AI SDK's form. */
export function toTextCitations(
  citations: Citation[],
  sources: Source[],
  origin: string,
): unknown[] {
  return citations.flatMap((citation) => {
    const source = sources.find(({ n }) => n === citation.n);
    if (source === undefined) return [];
    const { id, url, title } = describeSource(source, origin);
    return [
      {
        source: {
          type: "source",
          sourceType: "url",
          id,
          url: source.chunk.url === undefined ? withQuote(url, citation.quote) : url,
          title,
        },
        startIndex: citation.start,
        endIndex: citation.end,
        ...(citation.quote === undefined ? {} : { citedText: citation.quote }),
      },
    ];
  });
}

/** The page of a source, with the words highlighted that a citation repeats. */
function withQuote(url: string, quote: string | undefined): string {
  if (quote === undefined || quote.length > LONGEST_QUOTE) return url;
  return `${url}?quote=${encodeURIComponent(quote.toWellFormed())}#quote`;
}
