import type { RetrievalReport } from "../../chat/events.ts";
import type { DropReason } from "./found.ts";

const en = {
  copied: "Copied.",
  selected: "Selected: copy it with the keyboard.",
  searching: "Searching…",
  unreachable: "The server could not be reached. Check the connection and search again.",
  late: "The search took too long. Please try again.",
  later: "The documents can not be searched right now. Please try again in a moment.",
  change: "The server did not accept the question. Change or shorten it and search again.",
  none: "Choose at least one collection to search.",
  documents: "{n} document{s}",
  summary: "{n} candidate{s} in {time}. The model would see {kept} of them.",
  nothing: "No passage was found, in {time}.",
  tried: "An answer would be tried",
  refused: "The answer would be “not found”, without asking the model",
  words: "Words of the best passage",
  similarity: "Meaning of the best passage (cosine)",
  needed: "{value}, needed: {needed}",
  warnings: "Warnings",
  collections: "Collections",
  collection: "Collection",
  status: "Status",
  hits: "Hits",
  time: "Time",
  stages: "Stages",
  stage: "Stage",
  total: "Total",
  wordings: "Searched with",
  asked: "as it was asked",
  rewritten: "rewritten to stand alone",
  earlier: "earlier question, weight {weight}",
  candidates: "Candidates, best first",
  rank: "Rank",
  passage: "Passage",
  score: "Score",
  outcome: "Outcome",
  all: "Show all {n} candidates",
  source: "Source {n}",
  dropped: "Left out",
  holds: "holds:",
  lacks: "does not hold:",
  details: "Text and figures",
  sparse: "words",
  dense: "meaning",
  merged: "Before reranking",
  mergedValue: "rank {rank}, score {score}",
  rerank: "reranker",
  shares: "From each wording",
  context: "The context as the model sees it, about {n} token{s}",
  empty: "nothing",
};

export type Texts = typeof en;

const ko: Texts = {
  copied: "복사했습니다.",
  selected: "선택했습니다. 키보드로 복사하세요.",
  searching: "검색하는 중…",
  unreachable: "서버에 연결할 수 없습니다. 연결을 확인하고 다시 검색해 주세요.",
  late: "검색이 너무 오래 걸렸습니다. 다시 시도해 주세요.",
  later: "지금은 문서를 검색할 수 없습니다. 잠시 후 다시 시도해 주세요.",
  change: "서버가 질문을 받지 않았습니다. 질문을 고쳐서 다시 검색해 주세요.",
  none: "검색할 문서 모음을 하나 이상 고르세요.",
  documents: "문서 {n}개",
  summary: "{time} 만에 후보 {n}개를 찾았습니다. 모델은 그중 {kept}개를 봅니다.",
  nothing: "{time} 동안 찾았지만 결과가 없습니다.",
  tried: "답변을 시도합니다",
  refused: "모델에 묻지 않고 “찾지 못함”으로 답합니다",
  words: "가장 좋은 구절의 단어 일치",
  similarity: "가장 좋은 구절의 의미 유사도(코사인)",
  needed: "{value}, 기준 {needed}",
  warnings: "주의할 점",
  collections: "문서 모음",
  collection: "문서 모음",
  status: "상태",
  hits: "결과",
  time: "시간",
  stages: "단계별 시간",
  stage: "단계",
  total: "전체",
  wordings: "검색에 쓴 문장",
  asked: "질문 그대로",
  rewritten: "맥락 없이 이해되도록 고쳐 씀",
  earlier: "이전 질문, 가중치 {weight}",
  candidates: "후보, 좋은 순서대로",
  rank: "순위",
  passage: "구절",
  score: "점수",
  outcome: "결과",
  all: "후보 {n}개 모두 보기",
  source: "출처 {n}",
  dropped: "제외",
  holds: "있는 단어:",
  lacks: "없는 단어:",
  details: "원문과 수치",
  sparse: "단어",
  dense: "의미",
  merged: "재정렬 전",
  mergedValue: "{rank}위, 점수 {score}",
  rerank: "재정렬",
  shares: "문장별 점수",
  context: "모델이 보는 문맥, 약 {n}토큰",
  empty: "없음",
};

type Status = RetrievalReport["collections"][number]["status"];
type Stage = keyof RetrievalReport["stages"];
type StageStatus = RetrievalReport["stages"][Stage]["status"];

interface Codes {
  statuses: Record<Status, string>;
  stages: Record<Stage, string>;
  outcomes: Record<StageStatus, string>;
  reasons: Record<DropReason, string>;
}

const CODES: Record<"en" | "ko", Codes> = {
  en: {
    statuses: {
      ok: "answered",
      empty: "nothing found",
      timeout: "took too long",
      error: "failed",
    },
    stages: {
      embed: "Embed the question",
      condense: "Rewrite the question",
      search: "Search",
      rerank: "Rerank",
      neighbours: "Read neighbours",
    },
    outcomes: { ok: "done", skipped: "not needed", failed: "failed" },
    reasons: {
      weak: "Too far below the best one.",
      repeated: "Says what another passage says.",
      limit: "Better ones took all places (MAX_SOURCES).",
      ceiling: "Better ones took the places of its collection (MAX_SOURCES_PER_COLLECTION).",
      budget: "Too few tokens were left (CONTEXT_TOKENS).",
      "not-reranked": "Too many stood before it when the best were reranked.",
      candidates: "Not among the best of its collection (CANDIDATES).",
    },
  },
  ko: {
    statuses: { ok: "응답함", empty: "결과 없음", timeout: "시간 초과", error: "실패" },
    stages: {
      embed: "질문 임베딩",
      condense: "질문 고쳐 쓰기",
      search: "검색",
      rerank: "재정렬",
      neighbours: "앞뒤 구절 읽기",
    },
    outcomes: { ok: "완료", skipped: "필요 없음", failed: "실패" },
    reasons: {
      weak: "가장 좋은 구절보다 점수가 너무 낮습니다.",
      repeated: "다른 구절과 내용이 같습니다.",
      limit: "더 좋은 구절이 자리를 모두 차지했습니다(MAX_SOURCES).",
      ceiling:
        "같은 문서 모음의 더 좋은 구절이 자리를 모두 차지했습니다(MAX_SOURCES_PER_COLLECTION).",
      budget: "더 좋은 구절을 넣고 나니 토큰이 부족했습니다(CONTEXT_TOKENS).",
      "not-reranked": "재정렬할 때 앞에 다른 구절이 너무 많았습니다.",
      candidates: "문서 모음의 상위 후보에 들지 못했습니다(CANDIDATES).",
    },
  },
};

/** The page says its language: the server has chosen it. */
export const language = document.documentElement.lang === "ko" ? "ko" : "en";
export const texts: Texts = language === "ko" ? ko : en;
export const codes: Codes = CODES[language];

/** `8 ms`, `1.2 s`. */
export function formatTime(milliseconds: number): string {
  return milliseconds < 1000
    ? `${Math.round(milliseconds)}\u00a0ms`
    : `${(milliseconds / 1000).toFixed(1)}\u00a0s`;
}

/** Figures that are compared with each other. */
export function formatScore(value: number): string {
  return value.toFixed(2);
}
