// What every server is asked and what the model answers: the same for all, so that only the servers differ.

/** Answered by the sample collections, in both languages. */
export const QUESTIONS = [
  "How much does the Aurora 2 weigh if I leave out the stakes and bags?",
  "What wind speed can the Aurora 2 tent cope with?",
  "Do I need to seam-seal the fly of the Aurora 2 myself?",
  "How waterproof is the bedroom floor of the Granite 4?",
  "How long is the warranty on a tent?",
  "How do I wash a down sleeping bag?",
  "How far from the stove or heater should I leave wet leather boots to dry?",
  "What should I wear in layers for a winter hike?",
  "How do I pitch a tent in strong wind?",
  "How long do I have to return an item?",
  "달빛 랜턴의 밝기는 얼마나 되나요?",
  "국내 배송비는 얼마인가요?",
];

/** Four sentences of 25 tokens; each ends with a marker, so that the citation gate has its work. */
export const REPLY: readonly string[] = Array.from({ length: 4 }, () => [
  ..."The tent weighs one point six kilograms without its stakes and bags and stands up to a wind of seventy kilometres an hour".split(
    /(?= )/,
  ),
  " [1]",
  ". ",
]).flat();

export const REPLY_TEXT: string = REPLY.join("");

/** Answered without an end, in tokens that soon fill the buffers of the kernel at a model's pace. */
export const FLOOD_QUESTION = "How heavy is the Aurora 2 tent? Tell me everything.";
export const FLOOD_TOKEN: string = "flood ".repeat(2500);
