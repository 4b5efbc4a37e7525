import { type Container, matchContainers, readLineStart } from "./line-start.ts";

/** Code between two lines of ticks or tildes, with the quotations and lists that it stands in and ends with. */
export interface Fences {
  /** What may stand before a line's text: white space and the marks of quotations and lists. */
  readMark(character: string): void;
  /** The text of a line begins, or goes on; the first sign of it decides. */
  readText(first: string): void;
  /** Takes a whole run; gives back the lengths of those runs of ticks that are no fence. */
  readRun(sign: string, length: number): number[];
  /** True when it was the line of an opening fence, or one whose ticks reach no further. */
  endLine(): boolean;
  isOpen(): boolean;
  /** In the line of an opening fence of ticks, which is none when more ticks follow. */
  isFirstLine(): boolean;
  /** It was inline code at the beginning of a line; gives back the length of its run. */
  giveUp(): number;
  /** In a block of HTML, or a line that looks like one, where no ticks make code. */
  isHtml(): boolean;
  /** In a heading or an indented line of code, whose ticks reach no further. */
  endsWithLine(): boolean;
  /** Another one that goes on from here, to look ahead with. */
  copy(): Fences;
}

interface State {
  /** What stands before the text of the line; undefined when that has begun. */
  start: string | undefined;
  /** Around the line. */
  containers: Container[];
  wasBlank: boolean;
  isHtml: boolean;
  endsWithLine: boolean;
  opened: { sign: string; length: number; containers: Container[] } | undefined;
  isFirst: boolean;
  /** Only white space may follow in the line: then the fence ends with it. */
  closes: boolean;
}

const AT_START: State = {
  start: "",
  containers: [],
  wasBlank: true,
  isHtml: false,
  endsWithLine: false,
  opened: undefined,
  isFirst: false,
  closes: false,
};

export function createFences(state: State = { ...AT_START }): Fences {
  return {
    readMark(character) {
      if (state.start !== undefined) state.start += character;
      if (character.trim() !== "") state.closes = false;
    },
    readText(first) {
      beginText(state, first);
      state.closes = false;
    },
    readRun: (sign, length) => readRun(state, sign, length),
    endLine() {
      const { start, isFirst, endsWithLine } = state;
      if (start?.trim() === "") beginBlank(state);
      else beginText(state, "");
      if (state.closes) state.opened = undefined;
      Object.assign(state, { start: "", isFirst: false, endsWithLine: false, closes: false });
      return isFirst || endsWithLine;
    },
    isOpen: () => state.opened !== undefined,
    isFirstLine: () => isFirstLine(state),
    giveUp: () => giveUp(state),
    isHtml: () => state.isHtml,
    endsWithLine: () => state.endsWithLine,
    copy: () => createFences({ ...state }),
  };
}

const FENCE_PLACE = /^ {0,3}$/;

/** The line's containers are known with its first sign; true when a fence may stand here. */
function beginText(state: State, first: string): boolean {
  const { start, opened } = state;
  if (start === undefined) return false;
  state.start = undefined;
  const around = opened?.containers ?? state.containers;
  const { matched, rest } = matchContainers(around, start);
  if (opened !== undefined && matched === around.length) return FENCE_PLACE.test(rest);
  state.opened = undefined;
  return beginBlock(state, first, readLineStart(around.slice(0, matched), rest), around);
}

function beginBlock(
  state: State,
  first: string,
  line: { containers: Container[]; rest: string },
  around: Container[],
): boolean {
  const isPlace = FENCE_PLACE.test(line.rest);
  // A line of a paragraph may do without the marks that the paragraph has.
  const mayBeLazy = !state.wasBlank && first !== "" && !(isPlace && /[`~]/.test(first));
  const isLazy = mayBeLazy && line.containers.length < around.length;
  state.containers = isLazy ? around : line.containers;
  const isIndented = state.wasBlank && /^ {4}/.test(line.rest);
  state.wasBlank = false;
  state.isHtml ||= first === "<";
  state.endsWithLine = first === "#" || isIndented;
  return isPlace;
}

function beginBlank(state: State): void {
  const around = state.opened?.containers ?? state.containers;
  // An item goes on after a blank line, a quotation does not.
  const quotation = around.indexOf("quotation");
  if (quotation !== -1) state.opened = undefined;
  state.containers = quotation === -1 ? around : around.slice(0, quotation);
  state.wasBlank = true;
  state.isHtml = false;
}

function readRun(state: State, sign: string, length: number): number[] {
  const isPlace = beginText(state, sign);
  const ticks = sign === "`" && isFirstLine(state) ? [giveUp(state)] : [];
  const { opened } = state;
  if (opened !== undefined) {
    state.closes = isPlace && sign === opened.sign && length >= opened.length;
    return ticks;
  }
  if (!isPlace || length < 3 || state.isHtml) return sign === "`" ? [...ticks, length] : ticks;
  state.opened = { sign, length, containers: state.containers };
  state.isFirst = true;
  return ticks;
}

function isFirstLine({ isFirst, opened }: State): boolean {
  return isFirst && opened?.sign === "`";
}

function giveUp(state: State): number {
  const length = state.opened?.length ?? 0;
  state.opened = undefined;
  state.isFirst = false;
  return length;
}
