// Answers as no model in its right mind would write them, and what a reader may see of them, worked out from the whole
// text at once: the citation gate has to come to the same, piece by piece.
import { mayBecomeLink } from "../../src/chat/link-forms.ts";
import type { Random } from "./random.ts";

/** Sentences without brackets, ticks and tildes, in scripts with and without spaces, written from either side. */
const SENTENCES = [
  "The tent weighs 2.4 kg. It keeps rain out, e.g. in autumn.",
  "Dr. Kim said “it is dry” (mostly); see no. 7!",
  "배송은 무료입니다. 반품은 30일 안에 가능합니다.",
  "テントは軽い。雨でも濡れない、と書いてある。",
  "帐篷很轻。防水等级为3000毫米；可靠。",
  "الخيمة خفيفة. وزنها ٢٫٤ كغ، أليس كذلك؟",
  "האוהל קל מאוד. הוא שוקל 2.4 ק״ג.",
  "เต็นท์มีน้ำหนักเบาและกันน้ำได้",
  "Camp 🏕️ with 👨‍👩‍👧‍👦 and 🇰🇷 flags 👍🏽.",
  "e\u0301tat ﬁn 𝒳² ½ — “–” …",
];
const JOINTS = [
  " ",
  "  ",
  "\n",
  "\n\n",
  "\n- ",
  "\n1. ",
  ", ",
  ". ",
  "。",
  "",
  "\t",
  " | ",
  "\u3000",
];
const CODES = [
  "`list[9]`",
  "`a[1] b [77]`",
  "`` x ` [9] ``",
  "\n```js\nlist[9] = [1, 2, 99]\n\n# [8]\n```\n",
  "\n~~~\nlist[9] [1]\n```\n[55]\n~~~\n",
  "\n````md\n```\n[9]\n```\n````\n",
];
/** Brackets that are no markers. */
const BRACKETS = [
  "[a]",
  "[1a]",
  "[2024]",
  "[x]",
  "[]",
  "[ ]",
  "【1†2】",
  "[1-500]",
  "[3-1]",
  "a[i]",
  "[[",
  "]]",
  "[9",
];

/** Sources 1 to 3 exist. */
export const KNOWN = 3;

export function generateAnswer(random: Random): string {
  const loose = random.chance(0.1);
  const pieces = random.list(random.integer(1, 12), () => {
    const kind = random.fraction();
    if (kind < 0.4) return generateMarkers(random);
    if (kind < 0.75) return sliceOf(random, random.pick(SENTENCES));
    if (kind < 0.85) return random.pick(JOINTS);
    if (kind < 0.92) return random.pick(BRACKETS);
    return loose ? "`" : random.pick(CODES);
  });
  const text = pieces
    .map((piece) => piece + (random.chance(0.5) ? random.pick(JOINTS) : ""))
    .join("");
  if (!loose) return text;
  // The gate looks for the other end of inline code no further than this. A marker that goes must not leave a fence.
  return text.replaceAll("```", "`").replaceAll(text.length > 200 ? "`" : "```", "");
}

function generateMarkers(random: Random): string {
  const [open, close] = random.pick([
    ["[", "]"],
    ["[", "]"],
    ["【", "】"],
    ["［", "］"],
    ["[[", "]]"],
    ["[[9]", "]"],
  ] as const);
  const numbers = random
    .list(random.integer(1, 4), () => generateNumber(random))
    .join(random.pick([",", ", ", "、", "，", " ,  "]));
  const marker = `${random.chance(0.1) ? " " : ""}${open}${numbers}${close}`;
  return marker.repeat(random.chance(0.15) ? 2 : 1);
}

function generateNumber(random: Random): string {
  const n = random.chance(0.6) ? random.integer(1, KNOWN) : random.integer(0, 120);
  const text = random.chance(0.1) ? `${n}-${n + random.integer(0, 3)}` : String(n);
  return random.chance(0.1)
    ? text.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))
    : text;
}

/** Cut between UTF-16 units, half a character included. */
function sliceOf(random: Random, sentence: string): string {
  return random.chance(0.5) ? sentence : sentence.slice(0, random.integer(1, sentence.length));
}

/** The text in pieces, down to single UTF-16 units. */
export function splitText(random: Random, text: string): string[] {
  const longest = random.pick([1, 1, 2, 4, 12, 60]);
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const end = at + random.integer(1, longest);
    pieces.push(text.slice(at, end));
    at = end;
  }
  return pieces;
}

const NUMBERS = "[\\d０-９]{1,3}(?:\\s*[-–]\\s*[\\d０-９]{1,3})?";
const SPACED_MARKER = new RegExp(
  `(?<space>\\s*)[[【［]\\s*(?<list>${NUMBERS}(?:\\s*[,，、]\\s*${NUMBERS})*)\\s*[\\]】］]`,
  "g",
);
/** A bracket that could become a marker together with what follows it. */
const LEFT_OPEN = /[[【［][\s\d０-９,，、–-]*$/;

export interface ExpectedAnswer {
  text: string;
  /** The numbers in the order of their markers, and where each marker stands. */
  markers: { n: number; at: number }[];
}

/** What the reader may see: markers that point at a source, everything else untouched. */
export function readExpected(answer: string): ExpectedAnswer {
  const code = codeRanges(answer);
  const isCode = (at: number): boolean => code.some(([start, end]) => at >= start && at < end);
  const markers: ExpectedAnswer["markers"] = [];
  let text = "";
  let from = 0;
  let sentenceFrom = 0;
  let hasSentence = false;
  let isJoint = false;
  const add = (words: string): void => {
    if (words === "") return;
    // A link that nobody has checked must not come about where something was taken out.
    text += isJoint && mayBecomeLink(text, words.charAt(0)) ? ` ${words}` : words;
    isJoint = false;
  };
  for (const match of answer.matchAll(SPACED_MARKER)) {
    const { space = "", list = "" } = match.groups!;
    const numbers = readList(list);
    if (numbers === undefined || isCode(match.index + space.length)) continue;
    add(answer.slice(from, match.index));
    from = match.index + match[0].length;
    hasSentence ||= /[\p{L}\p{N}]/u.test(text.slice(sentenceFrom));
    const valid = numbers.filter((n) => n >= 1 && n <= KNOWN);
    if (hasSentence && valid.length > 0) {
      add(space);
      for (const n of valid) {
        markers.push({ n, at: text.length });
        add(`[${n}]`);
      }
      sentenceFrom = text.length;
    } else {
      if (space.includes("\n")) add(space);
      if (LEFT_OPEN.test(text)) add("…");
      isJoint = true;
    }
  }
  add(answer.slice(from));
  return { text, markers };
}

/** The numbers of a marker; undefined where a range makes it none. */
function readList(list: string): number[] | undefined {
  const numbers = new Set<number>();
  for (const item of list.normalize("NFKC").split(/[,、]/)) {
    const [low = 0, high = low] = item.split(/[-–]/).map(Number);
    if (high < low || high - low >= 20) return undefined;
    for (let n = low; n <= high; n++) numbers.add(n);
  }
  return [...numbers];
}

/** Where Markdown has code. */
function codeRanges(text: string): [start: number, end: number][] {
  const ranges: [number, number][] = [];
  let paragraph = 0;
  let fence: { marks: string; start: number } | undefined;
  let at = 0;
  for (const line of text.split(/(?<=\n)/)) {
    const marks = /^[\s>*+\-.)\d]*(`{3,}(?!.*`)|~{3,})/.exec(line)?.[1];
    if (fence === undefined && (marks !== undefined || /^\s*(?:[\n>#|*+\-\d]|$)/.test(line))) {
      ranges.push(...inlineRanges(text, paragraph, at));
      paragraph = at;
    }
    if (fence === undefined && marks !== undefined) fence = { marks, start: at };
    else if (fence !== undefined && marks?.startsWith(fence.marks) === true) {
      ranges.push([fence.start, at + line.length]);
      paragraph = at + line.length;
      fence = undefined;
    }
    at += line.length;
  }
  if (fence !== undefined) ranges.push([fence.start, text.length]);
  else ranges.push(...inlineRanges(text, paragraph, text.length));
  return ranges;
}

function inlineRanges(text: string, start: number, end: number): [number, number][] {
  const spans = text.slice(start, end).matchAll(/(?<!`)(`+)(?!`)[^]*?(?<!`)\1(?!`)/g);
  return [...spans].map((span) => [start + span.index, start + span.index + span[0].length]);
}
