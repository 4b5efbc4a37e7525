import type { Citation, Source } from "../ports.ts";
import { describeSource, namePlace } from "./describe-source.ts";

/** What the end of a text tells of its citations. */
export interface TextEnd {
  citations: Citation[];
  /** Numbers of the sources in the order of the markers. */
  order?: number[];
}

/** OpenAI's form of a citation. */
export interface Annotation {
  type: "url_citation";
  /** The cited sentence without its marker, in UTF-16 units of the content; the end is exclusive. */
  url_citation: { url: string; title: string; start_index: number; end_index: number };
}

/**
 * The checked citations and nothing else, since a source that nothing cites has no place in the text. Those of the
 * first marker come first: front ends take `[2]` for the second of the sources that they are told of.
 */
export function toAnnotations(sources: Source[], end: TextEnd, origin: string): Annotation[] {
  return listCited(sources, end).flatMap((source) =>
    end.citations
      .filter(({ n }) => n === source.n)
      .map(({ start, end }) => ({
        type: "url_citation",
        url_citation: { ...describeCited(source, origin), start_index: start, end_index: end },
      })),
  );
}

/** All sources: those that are cited in the order of their markers, then the others. */
export function listCited(sources: Source[], { order = [] }: TextEnd): Source[] {
  const place = ({ n }: Source): number => (order.includes(n) ? order.indexOf(n) : order.length);
  return sources.toSorted((a, b) => place(a) - place(b));
}

/** The title leads to the section: front ends take sources of one title for one. */
export function describeCited(source: Source, origin: string): { url: string; title: string } {
  return { url: describeSource(source, origin).url, title: namePlace(source.chunk) };
}
