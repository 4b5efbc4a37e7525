/**
 * How models say that they found nothing. Only what speaks of finding, or of the sources, counts: "the warranty does
 * not cover water" is an answer. The answer prompt asks for `[0]` besides, which needs no language.
 */
const REFUSALS: Record<string, RegExp> = {
  en: /\b(?:i|we)(?:['’]m| am| are|['’]re)? ?(?:could|can|did|do|was|were|am)? ?(?:not|n['’]t|unable|cannot|can['’]t)(?: been)?(?: able)?(?: to)? (?:find|found|locate|answer)\b|\b(?:sources?|documents?|passages?|context|materials?)(?: provided| given| available)? (?:do|does|did)(?: not|n['’]t) (?:contain|hold|mention|say|state|specify|include|provide|answer|tell|give)\b|\bno (?:information|answer|mention)\b.{0,60}\b(?:sources?|documents?|passages?|context|found)\b|\bnot (?:mentioned|found|stated|specified|given|answered) (?:anywhere )?in (?:any of )?(?:the|these|those)\b.{0,20}\b(?:sources?|documents?|passages?|context)\b/i,
  ko: /찾지 ?못|찾을 수(?:가)? 없|(?:자료|문서|출처|정보|내용|답)[^.]{0,30}(?:없습니다|없어요|나와 있지 않|나오지 않|언급[^.]{0,6}않|포함[^.]{0,6}않|확인할 수 없)|알 수(?:가)? 없습니다/,
  ja: /見つ(?:か|け)[^。]{0,8}(?:ません|なかった)|(?:記載|情報|言及|回答)[^。]{0,6}(?:ありません|見当たりません|されていません|できません)/,
  zh: /(?:没有?能?|未能?|沒有|无法|無法)[^。]{0,20}(?:找到|发现|發現|提及|提到|查到|回答)|找不到/,
  de: /\b(?:konnte|kann|habe)\b.{0,80}\b(?:nicht|nichts|keine?n?)\b.{0,60}\b(?:finden|gefunden|beantworten)\b|\b(?:quellen|dokumente\w*|unterlagen)\b (?:enthalten|nennen|erwähnen|sagen)\b.{0,40}\b(?:nicht|nichts|keine?n?)\b/i,
  fr: /n['’]ai (?:pas|rien)(?: pu)?(?: réussi à)?(?: rien)? ?(?:trouv)|impossible de trouver|(?:sources|documents) ne (?:contiennent|mentionnent|précisent|indiquent|disent)/i,
  es: /no (?:encontré|hallé|he (?:podido )?(?:encontra|halla)|pude encontrar|puedo encontrar|se encontró)|(?:fuentes|documentos) no (?:contienen|mencionan|indican|dicen|incluyen)/i,
  it: /non (?:ho trovato|ho potuto trovare|sono riuscit\w a trovare|riesco a trovare)|(?:fonti|documenti) non (?:contengono|menzionano|indicano|dicono)/i,
  pt: /não (?:encontrei|consegui encontrar|foi possível encontrar)|(?:fontes|documentos) não (?:contêm|mencionam|indicam|dizem)/i,
  nl: /\b(?:heb|kon|kan)\b.{0,60}\b(?:niet|niets|geen)\b.{0,40}\b(?:gevonden|vinden)\b/i,
  ru: /не (?:наш[её]л|нашла|нашли|удалось найти|смог\w* найти|могу найти)/i,
  ar: /لم (?:أجد|أعثر|أتمكن)/,
  he: /לא (?:מצאתי|הצלחתי למצוא)/,
};

const PHRASES = Object.values(REFUSALS);

/** Whether a sentence says that nothing was found, in any of the languages. */
export function isRefusal(sentence: string): boolean {
  return PHRASES.some((phrase) => phrase.test(sentence));
}
