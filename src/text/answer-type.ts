/*
 * What kind of thing a question asks for: a sentence that holds such a thing is the likelier answer. English and
 * Korean. The first kind whose words the question has counts.
 */

const WORDS =
  "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|sixty|ninety|half";
/** Korean numbers begin a word and go before what they count: 한국, 세탁 and 모두 hold none. */
const KOREAN =
  "(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열)(?=\\s|개|명|번|달|시|분|살|병|장|벌|켤레|가지|마리|사람|주|끼|쪽|잔|권|차례)";
const NUMBER = `(?:\\d[\\d.,]*|\\b(?:${WORDS})\\b|(?<!\\p{L})${KOREAN})`;

const TYPES: { asks: RegExp; holds: RegExp }[] = [
  {
    asks: /\b(?:heavy|weigh|weighs|weight|light)\b|무게|무거|무겁|몇\s?(?:그램|킬로|kg|g\b)/i,
    holds: quantity("(?:kg|g|grams?|kilos?|그램|킬로)(?![a-z])"),
  },
  {
    asks: /\b(?:how much|costs?|price|fee|charge|expensive|pay|deposit|minimum order)\b|얼마(?!나)|가격|비용|요금|값|수수료|돈/i,
    holds: new RegExp(`[$€₩£]\\s?\\d|${NUMBER}\\s?(?:원|만 원)|\\bfree\\b|무료`, "iu"),
  },
  {
    asks: /\b(?:temperature|degrees)\b|\bhow (?:warm|cold|hot)\b|온도|몇\s?도/i,
    holds: quantity("(?:°|degrees|도)"),
  },
  {
    asks: /\bhow (?:far|tall|wide|high|deep|big|large)\b|\b(?:height|width|distance|dimensions?|head)\b|거리|높이|몇\s?(?:미터|센티|cm)|크기/i,
    holds: quantity(
      "(?:mm|cm|m|km|l|litres?|liters?|metres?|meters?|centimetres?|centimeters?|미터|센티|리터)(?![a-z])",
    ),
  },
  {
    asks: /\bhow (?:long|soon|often|fast|quickly|old)\b|\bhow many (?:days|weeks|hours|minutes|months|years|times)\b|\b(?:until|deadline|when|expire|age|period|time)\b|얼마나 (?:걸|오래|자주)|얼마 동안|며칠|언제|기간|시간|몇\s?(?:일|시|분|개월|달|년|주|번|살)|까지|주기/i,
    holds: new RegExp(
      `${NUMBER}[-\\s]?(?:working )?(?:days?|hours?|minutes?|weeks?|months?|years?|nights?|seasons?|seconds?|times|January|February|March|April|May|June|July|August|September|October|November|December|일|시간|분|개월|달|년|주|시|초|월|박|회|번|살|세)`,
      "iu",
    ),
  },
  {
    asks: /\bhow many\b|\b(?:capacity|volume|litres?|liters?|lumens?|maximum|max|minimum|min|limit|speed|percent|discount|rating)\b|몇|용량|최대|최소|할인|한도|얼마나|어느 정도|퍼센트|리터/i,
    holds: new RegExp(NUMBER, "iu"),
  },
];

function quantity(unit: string): RegExp {
  return new RegExp(`${NUMBER}[-\\s]?${unit}`, "iu");
}

/** What an answer to the question would hold; undefined where the question does not ask for a figure. */
export function expectedAnswer(question: string): RegExp | undefined {
  return TYPES.find(({ asks }) => asks.test(question))?.holds;
}
