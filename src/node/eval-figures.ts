/** One question with what came back. */
export interface Judged {
  id: string;
  language: "en" | "ko";
  kind: "answerable" | "follow-up" | "missing" | "off-topic";
  question: string;
  answered: boolean;
  /** The labelled document is among the sources. */
  documentFound: boolean;
  /** The labelled words are in the answer. */
  answerFound: boolean;
  answer: string;
}

/** Shares in percent, with the number of questions behind each. */
export type Figures = Record<string, Record<"en" | "ko" | "all", string>>;

/** The figures of an evaluation, by language. */
export function summarize(judged: Judged[]): Figures {
  const isAnswerable = ({ kind }: Judged): boolean => kind === "answerable" || kind === "follow-up";
  const rows: [string, (one: Judged) => boolean, (one: Judged) => boolean][] = [
    ["document among the sources", isAnswerable, (one) => one.documentFound],
    ["… of follow-up questions", (one) => one.kind === "follow-up", (one) => one.documentFound],
    ["answer in the quoted sentences", isAnswerable, (one) => one.answerFound],
    ["false refusals", isAnswerable, (one) => !one.answered],
    ["off topic: not found", (one) => one.kind === "off-topic", (one) => !one.answered],
    ["answer missing: not found", (one) => one.kind === "missing", (one) => !one.answered],
  ];
  return Object.fromEntries(
    rows.map(([name, applies, counts]) => {
      const share = (language?: "en" | "ko"): string => {
        const relevant = judged.filter(
          (one) => applies(one) && (language === undefined || one.language === language),
        );
        const hits = relevant.filter(counts).length;
        return `${((100 * hits) / Math.max(1, relevant.length)).toFixed(1)} % (${hits}/${relevant.length})`;
      };
      return [name, { en: share("en"), ko: share("ko"), all: share() }];
    }),
  );
}
