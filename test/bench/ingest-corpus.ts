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
export const CHUNKS_A_DOCUMENT = 20;
/** Words of a section: about 900 characters, which become one chunk. */
const SECTION_WORDS = 120;
const SENTENCE_WORDS = 15;
/** As `npm run ingest` sends them. */
const DOCUMENTS_A_CALL = 25;

/** A document of 20 chunks; the same for the same number. */
export function makeDocument(number: number): CorpusDocument {
  const random = startRandom(number + 1);
  const sections = Array.from({ length: CHUNKS_A_DOCUMENT }, (_, section) => {
    const words = Array.from({ length: SECTION_WORDS }, () => pickWord(random));
    const sentences = Array.from({ length: SECTION_WORDS / SENTENCE_WORDS }, (_unused, index) =>
      words.slice(index * SENTENCE_WORDS, (index + 1) * SENTENCE_WORDS).join(" "),
    );
    return `## Part ${section} of ${number}\n\n${sentences.join(". ")}.`;
  });
  return { id: `document-${number}.md`, text: sections.join("\n\n") };
}

/** A question in words as they occur; the same for the same number. */
export function makeQuestion(number: number, words: number): string {
  const random = startRandom(number + 1_000_003);
  return `${Array.from({ length: words }, () => pickWord(random)).join(" ")}?`;
}

/** Stores `count` documents from the number `first` on. */
export async function ingestCorpus(
  url: string,
  collection: string,
  first: number,
  count: number,
): Promise<void> {
  for (let done = 0; done < count; done += DOCUMENTS_A_CALL) {
    const size = Math.min(DOCUMENTS_A_CALL, count - done);
    const documents = Array.from({ length: size }, (_, index) =>
      makeDocument(first + done + index),
    );
    const response = await fetch(`${url}/collections/${collection}/documents`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ documents }),
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    await response.arrayBuffer();
  }
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
