/**
 * How models say that they found nothing. Only what speaks of finding, or of the sources, counts: "the warranty does
 * not cover water" is an answer. The answer prompt asks for `[0]` besides, which needs no language.
 */
const REFUSALS: Record<string, RegExp> = {
  en: /\bi(?:['’]m| am)? ?(?:could|can|did|do|was|am)? ?(?:not|n['’]t|unable|cannot|can['’]t)(?: been)?(?: able)?(?: to)? (?:find|found|locate|answer)\b|\bwe (?:could|can|did|do|were|are)? ?(?:not|n['’]t|unable|cannot|can['’]t)(?: able)?(?: to)? (?:find|found|locate|answer)\b.{0,40}\b(?:answer|information|question|this|sources?|documents?)\b|\b(?:sources?|documents?|passages?|context)(?: provided| given| available)? (?:do|does|did)(?: not|n['’]t) (?:contain|hold|mention|say|state|specify|include|provide|answer|tell|give)\b|\bnone of the (?:sources?|documents?|passages?)\b|\b(?:sources?|documents?|passages?) (?:say|says|hold|holds) nothing\b|\bno (?:information|answer|mention)\b.{0,60}\b(?:sources?|documents?|passages?|context|found|about this)\b|(?:\bnot|n['’]t) (?:mentioned|found|stated|specified|given|answered|covered|there)? ?(?:anywhere )?(?:in|by) (?:any of )?(?:the|these|those)\b.{0,20}\b(?:sources?|documents?|passages?|context)\b|\bi (?:don['’]t|do not) (?:know\b|have (?:any )?information)/i,
  ko: /찾지 ?못(?:했|하였|합니)|찾을 수(?:가)? 없(?:습|었|어|다|지)|(?:정보|내용|답변?|언급|설명|기록)(?:[이가은는도](?= )[^.,]{0,8}|[이가은는도]? ?)(?:없습니다|없어요|나와 있지 않|나오지 않|언급[^.]{0,6}않|포함[^.]{0,6}않|확인할 수 없)|(?:자료|문서|출처)에[는서도]{0,2}[^.,]{0,20}(?:나와 있지 않|나오지 않|언급[^.]{0,6}않|확인할 수 없)|(?:자료|문서|출처)에[는서도]{0,2} ?(?:없습니다|없어요)|알 수(?:가)? 없습니다/,
  ja: /見つ(?:か|け)[^。、]{0,8}(?:ません|なかった)|(?:記載|情報|言及|回答)[はがもを]?[^。、の]{0,4}(?:ありません|見当たりません|されていません|できません)/,
  zh: /(?:没有?能?|未能?|沒有|无法|無法)[^。，]{0,20}(?:找到|提及|提到|查到|回答)|找不到|(?:没有|沒有)(?:相关|相關|有关|有關)的?(?:信息|資訊|内容|內容|答案)/,
  de: /\b(?:ich (?:konnte|kann|habe)|(?:konnte|kann|habe) ich)\b.{0,80}\b(?:nicht|nichts|keine?n?)\b.{0,60}\b(?:finden|gefunden|beantworten)\b|\b(?:antwort|information\w*|angaben?)\b.{0,60}\bnicht gefunden\b|\b(?:quellen|dokumente\w*|unterlagen)\b (?:enthalten|nennen|erwähnen|sagen|geben|steht)\b.{0,40}\b(?:nicht|nichts|keine?n?)\b/i,
  fr: /n['’]ai (?:pas|rien)(?: pu)?(?: réussi à)?(?: rien)? ?(?:trouv)|impossible de trouver|(?:sources|documents) ne (?:contiennent|mentionnent|précisent|indiquent|disent)/i,
  es: /no (?:encontré|hallé|he (?:podido )?(?:encontra|halla)|pude encontrar|puedo encontrar)|(?:fuentes|documentos) no (?:contienen|mencionan|indican|dicen|incluyen)/i,
  it: /non (?:ho trovato|ho potuto trovare|sono riuscit\w a trovare|riesco a trovare)|(?:fonti|documenti) non (?:contengono|menzionano|indicano|dicono)/i,
  pt: /não (?:encontrei|consegui encontrar|foi possível encontrar)|(?:fontes|documentos) não (?:contêm|mencionam|indicam|dizem)/i,
  nl: /\b(?:heb|kon|kan) (?:ik|hier)\b.{0,60}\b(?:niet|niets|geen)\b.{0,40}\b(?:gevonden|vinden)\b|\bik (?:heb|kon|kan)\b.{0,60}\b(?:niet|niets|geen)\b.{0,40}\b(?:gevonden|vinden)\b/i,
  ru: /не (?:наш[её]л|нашла|нашли|удалось найти|смог\w* найти|могу найти)/i,
  uk: /не (?:знайш(?:ов|ла|ли)|вдалося знайти)/i,
  pl: /nie (?:znalaz(?:łem|łam)|udało się znaleźć)/i,
  tr: /bulamadı(?:m|k)/i,
  id: /\bsaya tidak (?:dapat )?menemukan\b/i,
  vi: /không tìm thấy (?:câu trả lời|thông tin)/i,
  th: /ไม่พบ(?:คำตอบ|ข้อมูล)/,
  hi: /(?:उत्तर|जानकारी) नहीं मिल/,
  ar: /لم (?:أجد|أعثر|أتمكن)/,
  he: /לא (?:מצאתי|הצלחתי למצוא)/,
};

/** Nothing is cheaper: a search without a find says so as well. */
const COMPARES = /\b(?:find|found|locate)\b.{0,60}\bthan\b/i;

/** Where a sentence goes on with what was found after all: "… but it weighs 2.4 kg". */
const GOES_ON =
  /[,;:]? \b(?:but|however|yet|aber|jedoch|mais|pero|mas|però|ma|maar|ale|ama|tetapi|nhưng)\b|;|지만|으나|[，、]?(?:但是?|不过|不過)|(?:ませんでした|なかったです)が|[，,] (?:но|однако|але)(?= )|(?<=^\W*(?:while|although|though)\b[^,]*),/iu;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

const PHRASES = Object.values(REFUSALS);

/** Whether a sentence says that nothing was found, in any of the languages, and nothing more. */
export function isRefusal(sentence: string): boolean {
  if (COMPARES.test(sentence)) return false;
  const parts = sentence.split(GOES_ON).filter((part) => LETTER_OR_DIGIT.test(part));
  return refuses(sentence) && (parts.length < 2 || refuses(parts.at(-1)!));
}

function refuses(words: string): boolean {
  return PHRASES.some((phrase) => phrase.test(words));
}
