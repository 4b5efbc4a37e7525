import { describe, expect, it } from "vitest";
import { pass } from "../../support/citation-gate.ts";
import { generateAnswer, KNOWN, readExpected, splitText } from "../../support/generated-answers.ts";
import { createRandom, randomSeed } from "../../support/random.ts";

declare const FULL: boolean;

const ANSWERS = FULL ? 30_000 : 10_000;

describe("createCitationGate with generated answers", () => {
  it(`shows all of their text and no marker without a source, however they come, ${ANSWERS} times`, () => {
    const seed = FULL ? randomSeed() : 1;
    const random = createRandom(seed);
    for (let index = 0; index < ANSWERS; index++) {
      const answer = generateAnswer(random);
      const pieces = splitText(random, answer);
      const what = `seed ${seed}, answer ${index}: ${JSON.stringify(pieces)}`;
      const whole = pass(answer);
      const expected = readExpected(answer);
      expect(whole.text, what).toBe(expected.text);
      expect(
        whole.citations.map(({ n }) => n),
        what,
      ).toEqual(expected.markers.map(({ n }) => n));
      expect(pass(...pieces), what).toEqual(whole);
      for (const [position, { n, start, end }] of whole.citations.entries()) {
        const sentence = whole.text.slice(start, end);
        const { at } = expected.markers[position]!;
        const isSentence =
          start >= 0 &&
          end <= at &&
          /[\p{L}\p{N}]/u.test(sentence) &&
          sentence.trim() === sentence &&
          n <= KNOWN &&
          // Between the sentence and its marker there are other markers at most.
          !/[\p{L}\p{N}]/u.test(whole.text.slice(end, at).replace(/\[\d\]/g, ""));
        if (!isSentence) expect.fail(`[${n}] points at ${JSON.stringify(sentence)}: ${what}`);
      }
    }
  });
});
