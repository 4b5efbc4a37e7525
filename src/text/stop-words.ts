/**
 * Words that say nothing of what a text is about. English function words, and what people wrap around a
 * question in English and Korean ("please tell me", "알려주세요"): absent from most documents, these would otherwise
 * count as the rarest and so most telling terms.
 */
const STOP_WORDS = new Set(
  (
    "a about above after again against all also am an and any are as at be because been before being below between both but by can could " +
    "did do does doing don down during each few for from further had has have having he her here hers him his how i if in into is isn it its " +
    "itself just ll may me might more most must my no nor not now of off on once only or other our ours out over own per re s same shall she " +
    "should so some such t than that the their them then there these they this those through to too under until up us ve very was we were " +
    "what when where which while who whom whose why will with would you your yours " +
    "please tell know want need get much many long like ok hi hello thanks thank anyone someone " +
    "알려줘 알려 알려주 알려줄 알려주세요 궁금해 궁금합니다 궁금해요 궁금한데 무엇 뭐야 뭐예요 무엇인가요 뭔가요 어떻게 어떤 얼마 얼마나 얼마예요 얼마인가요 " +
    "있나요 있어요 있습니까 있을까요 있어 있는 있다 있습니다 하나요 되나요 될까요 할까요 인가요 어디 언제 누구 왜 수 것 거 좀 그리고 그럼 그건 그거 이거 저는 제가 " +
    "방법 이유 설명 설명해 추천 추천해 가르쳐 말해 제일 가장 정말 혹시 보통 " +
    "해야 하는 해도 돼요 돼 되 하죠 주세요 줘 나요 경우 위해 대해 대한 때 및 등"
  ).split(" "),
);

export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}
