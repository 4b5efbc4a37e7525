import { type Remedy } from "./failure.ts";

/** A text in English and in Korean; `{n}` stands for a number, `{s}` for the plural's ending. */
type Text = readonly [en: string, ko: string];

const REMEDIES: Record<Remedy, Text> = {
  unreachable: [
    "There is no connection to the server. Check your network and try again.",
    "서버에 연결할 수 없습니다. 인터넷 연결을 확인하고 다시 시도해 주세요.",
  ],
  cut: [
    "The answer was cut short. Please try again.",
    "답변이 중간에 끊겼습니다. 다시 시도해 주세요.",
  ],
  later: [
    "Something does not work right now. Wait a moment and try again.",
    "지금은 작동하지 않습니다. 잠시 후 다시 시도해 주세요.",
  ],
  busy: [
    "There are too many questions right now. Wait a moment and try again.",
    "지금은 질문이 너무 많습니다. 잠시 후 다시 시도해 주세요.",
  ],
  owner: [
    "This chat is not set up well. Please tell the owner of this page.",
    "채팅이 제대로 설정되지 않았습니다. 페이지 운영자에게 알려 주세요.",
  ],
  change: [
    "The server did not take this question. Change or shorten it and try again.",
    "서버가 질문을 받지 않았습니다. 고치거나 줄여서 다시 시도해 주세요.",
  ],
  expired: [
    "This conversation has expired. Start a new one: the question comes along.",
    "대화가 만료되었습니다. 새 대화를 시작해 주세요. 질문은 남습니다.",
  ],
};

const TEXTS = {
  ...REMEDIES,
  heading: ["Ask a question", "무엇이든 물어보세요"],
  greeting: ["What would you like to know?", "무엇을 알고 싶으세요?"],
  close: ["Close", "닫기"],
  send: ["Send", "보내기"],
  stop: ["Stop", "중지"],
  fresh: ["New conversation", "새 대화"],
  asking: ["Asking…", "질문하는 중…"],
  searching: ["Searching {n} collection{s}…", "문서 모음 {n}개 검색 중…"],
  writing: ["Writing from {n} source{s}…", "출처 {n}개로 답변 쓰는 중…"],
  halted: ["Stopped.", "중지했습니다."],
  nothing: ["Not found in the documents.", "문서에서 찾지 못했습니다."],
  degraded: [
    "A part of the search failed, so something may be missing.",
    "검색의 일부가 실패해 빠진 내용이 있을 수 있습니다.",
  ],
  hits: ["{n} hit{s}", "{n}건"],
  late: ["too slow", "시간 초과"],
  failed: ["failed", "실패"],
  sources: ["Sources", "출처"],
  nearest: ["Nearest sources", "가장 가까운 출처"],
  more: ["{n} more source{s}", "출처 {n}개 더 보기"],
  source: ["Source {n}", "출처 {n}"],
  unverified: ["not word for word in the source", "출처의 문장과 다름"],
  openSource: ["Open the source", "출처 열기"],
  copy: ["Copy the answer", "답변 복사"],
  copied: ["Copied", "복사했습니다"],
  up: ["Good answer", "좋은 답변"],
  down: ["Bad answer", "나쁜 답변"],
  thanks: ["Thank you!", "감사합니다!"],
  comment: ["What was wrong?", "무엇이 아쉬웠나요?"],
  retry: ["Try again", "다시 시도"],
  edit: ["Edit the question", "질문 고치기"],
} satisfies Record<string, Text>;

export type Strings = Record<keyof typeof TEXTS, string>;

/** The texts in the language of a tag like `ko-KR`, English where there are none, with the embedder's own over them. */
export function createStrings(language: string, own: object = {}): Strings {
  const column = /^ko\b/i.test(language) ? 1 : 0;
  const texts = Object.entries<Text>(TEXTS).map(([name, text]) => [name, text[column]]);
  return { ...Object.fromEntries(texts), ...own };
}

/** Puts a number in its place. */
export function fill(text: string, n: number): string {
  return text.replace("{n}", String(n)).replace("{s}", n === 1 ? "" : "s");
}
