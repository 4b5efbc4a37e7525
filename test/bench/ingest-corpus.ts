// Documents to ingest: made-up words that occur as words do, few of them often and many of them seldom.

export interface CorpusDocument {
  id: string;
  text: string;
}

const WORDS = 20_000;
const SYLLABLES = [
  "ba",
  "ne",
  "ri",
  "to",
  "lu",
  "ka",
  "mi",
  "so",
  "ve",
  "da",
  "po",
  "gu",
  "li",
  "fe",
];
const SECTIONS = 20;
/** Words of a section: about 900 characters, which become one chunk. */
const SECTION_WORDS = 120;
const SENTENCE_WORDS = 15;

/** A document of 20 chunks; the same for the same number. */
export function makeDocument(number: number): CorpusDocument {
  const random = startRandom(number + 1);
  const sections = Array.from({ length: SECTIONS }, (_, section) => {
    const words = Array.from({ length: SECTION_WORDS }, () => pickWord(random));
    const sentences = Array.from({ length: SECTION_WORDS / SENTENCE_WORDS }, (_unused, index) =>
      words.slice(index * SENTENCE_WORDS, (index + 1) * SENTENCE_WORDS).join(" "),
    );
    return `## Part ${section} of ${number}\n\n${sentences.join(". ")}.`;
  });
  return { id: `document-${number}.md`, text: sections.join("\n\n") };
}

/** Zipf's law, roughly: the rank of a word is the exponential of an even number. */
function pickWord(random: () => number): string {
  let rest = Math.floor(Math.exp(random() * Math.log(WORDS)));
  let word = SYLLABLES[rest % SYLLABLES.length]!;
  while (rest > 0) {
    word += SYLLABLES[rest % SYLLABLES.length];
    rest = Math.floor(rest / SYLLABLES.length);
  }
  return word;
}

/** Lehmer's generator: even enough, and without a seed of its own. */
function startRandom(seed: number): () => number {
  let state = (seed * 48_271) % 2_147_483_647;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
