/*
 * The prompts as text modules, since a Worker has no disk. A test compares this list with `prompts/`.
 */
import answer from "../prompts/answer.md";
import condense from "../prompts/condense.md";
import noAnswer from "../prompts/no-answer.md";
import noAnswerAr from "../prompts/no-answer.ar.md";
import noAnswerDe from "../prompts/no-answer.de.md";
import noAnswerEs from "../prompts/no-answer.es.md";
import noAnswerFr from "../prompts/no-answer.fr.md";
import noAnswerHi from "../prompts/no-answer.hi.md";
import noAnswerId from "../prompts/no-answer.id.md";
import noAnswerIt from "../prompts/no-answer.it.md";
import noAnswerJa from "../prompts/no-answer.ja.md";
import noAnswerKo from "../prompts/no-answer.ko.md";
import noAnswerNl from "../prompts/no-answer.nl.md";
import noAnswerPl from "../prompts/no-answer.pl.md";
import noAnswerPt from "../prompts/no-answer.pt.md";
import noAnswerRu from "../prompts/no-answer.ru.md";
import noAnswerTh from "../prompts/no-answer.th.md";
import noAnswerTr from "../prompts/no-answer.tr.md";
import noAnswerUk from "../prompts/no-answer.uk.md";
import noAnswerVi from "../prompts/no-answer.vi.md";
import noAnswerZh from "../prompts/no-answer.zh.md";
import question from "../prompts/question.md";
import title from "../prompts/title.md";

export const prompts: Record<string, string> = {
  answer,
  condense,
  "no-answer": noAnswer,
  "no-answer.ar": noAnswerAr,
  "no-answer.de": noAnswerDe,
  "no-answer.es": noAnswerEs,
  "no-answer.fr": noAnswerFr,
  "no-answer.hi": noAnswerHi,
  "no-answer.id": noAnswerId,
  "no-answer.it": noAnswerIt,
  "no-answer.ja": noAnswerJa,
  "no-answer.ko": noAnswerKo,
  "no-answer.nl": noAnswerNl,
  "no-answer.pl": noAnswerPl,
  "no-answer.pt": noAnswerPt,
  "no-answer.ru": noAnswerRu,
  "no-answer.th": noAnswerTh,
  "no-answer.tr": noAnswerTr,
  "no-answer.uk": noAnswerUk,
  "no-answer.vi": noAnswerVi,
  "no-answer.zh": noAnswerZh,
  question,
  title,
};
