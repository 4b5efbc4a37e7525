import type { AppError, ErrorCode } from "../errors.ts";

export type PageLanguage = "en" | "ko";

const en = {
  tagline: "Answers from several document collections at once, with checked citations.",
  language: "Language",
  theme: "Theme",
  auto: "Auto",
  light: "Light",
  dark: "Dark",
  mode: "Chat",
  inline: "In the page",
  launcher: "Launcher",
  chat: "Ask the documents",
  samples:
    "These are sample documents. Ridgewren is a made-up outdoor gear shop; its products, policies and guides are in English and Korean.",
  launched: "The chat opens with the button in the corner.",
  plain:
    "Scripts are off, or the chat could not be loaded. Your question still works: the answer comes as a page of its own once it is complete.",
  back: "Back to the chat",
  question: "Your question",
  placeholder: "Ask a question",
  send: "Send",
  examples: "Example questions",
  embed: "Put it on your page",
  embedding: "This is all that a page needs.",
  chosen: "It follows what is chosen above.",
  code: "Code for your page",
  copy: "Copy",
  debugger: "Look into the search",
  debugging:
    "Every question of the chat is searched here as well, and explained: what was found, how it was scored, what was left out and why.",
  query: "Question to search for",
  search: "Search",
  collections: "Collections for the chat and the search",
  follow: "Search every question of the chat",
  model: "Model",
  store: "Store",
  description: "API description",
  sources: "Sources",
  nearest: "Nearest sources",
  absent: "Not found in the documents.",
  answered: "Which collections answered",
  collection: "Collection",
  status: "Status",
  hits: "Hits",
  ok: "answered",
  empty: "nothing found",
  timeout: "took too long",
  error: "failed",
  degraded: "A part of the search did not work, so something may be missing.",
};

export type PageTexts = Record<keyof typeof en, string>;

const ko: PageTexts = {
  tagline: "여러 문서 모음을 한 번에 검색해, 출처를 확인한 답변을 드립니다.",
  language: "언어",
  theme: "테마",
  auto: "자동",
  light: "밝게",
  dark: "어둡게",
  mode: "채팅",
  inline: "페이지 안",
  launcher: "버튼으로 열기",
  chat: "문서에 물어보세요",
  samples:
    "예시 문서입니다. Ridgewren은 가상의 아웃도어 용품점이며, 제품·정책·안내 문서가 영어와 한국어로 되어 있습니다.",
  launched: "화면 모서리의 버튼을 누르면 채팅이 열립니다.",
  plain:
    "스크립트가 꺼져 있거나 채팅을 불러오지 못했습니다. 그래도 질문할 수 있습니다. 답변이 완성되면 새 페이지로 보여 드립니다.",
  back: "채팅으로 돌아가기",
  question: "질문",
  placeholder: "질문을 입력하세요",
  send: "보내기",
  examples: "예시 질문",
  embed: "내 페이지에 넣기",
  embedding: "페이지에 이것만 넣으면 됩니다.",
  chosen: "위에서 고른 설정이 반영됩니다.",
  code: "페이지에 넣을 코드",
  copy: "복사",
  debugger: "검색 과정 살펴보기",
  debugging:
    "채팅에서 한 질문을 여기서도 검색해 설명합니다. 무엇을 찾았고, 점수가 어떻게 매겨졌으며, 무엇이 왜 빠졌는지 볼 수 있습니다.",
  query: "검색할 질문",
  search: "검색",
  collections: "채팅과 검색에 쓸 문서 모음",
  follow: "채팅의 질문을 모두 검색",
  model: "모델",
  store: "저장소",
  description: "API 설명",
  sources: "출처",
  nearest: "가장 가까운 출처",
  absent: "문서에서 찾지 못했습니다.",
  answered: "문서 모음별 결과",
  collection: "문서 모음",
  status: "상태",
  hits: "결과",
  ok: "응답함",
  empty: "결과 없음",
  timeout: "시간 초과",
  error: "실패",
  degraded: "검색의 일부가 작동하지 않아 빠진 내용이 있을 수 있습니다.",
};

/** The page's texts, as plain text. */
export const PAGE_TEXTS: Record<PageLanguage, PageTexts> = { en, ko };

const LATER = "잠시 후 다시 시도해 주세요.";
const KOREAN_PROBLEMS: Partial<Record<ErrorCode, string>> = {
  invalid: "질문이 비어 있거나 너무 깁니다. 질문을 고쳐서 다시 보내 주세요.",
  "too-large": "질문이 너무 깁니다. 질문을 줄여서 다시 보내 주세요.",
  overloaded: `지금은 질문하는 사람이 많습니다. ${LATER}`,
  "shutting-down": `서버가 다시 시작되고 있습니다. ${LATER}`,
  "too-many-requests": `질문이 너무 많습니다. ${LATER}`,
  "retrieval-unavailable": `지금은 문서를 검색할 수 없습니다. ${LATER}`,
  "storage-unavailable": `지금은 문서를 불러올 수 없습니다. ${LATER}`,
  "model-unavailable": `지금은 언어 모델을 사용할 수 없습니다. ${LATER}`,
  "answer-truncated": `답변이 중간에 끊겼습니다. ${LATER}`,
  timeout: `답변이 너무 오래 걸렸습니다. ${LATER}`,
};

/** What went wrong, for the reader of the page. */
export function describeProblem(error: AppError, language: PageLanguage): string {
  if (language === "en") return error.message;
  return KOREAN_PROBLEMS[error.code] ?? `서버에 문제가 생겼습니다. ${LATER}`;
}
