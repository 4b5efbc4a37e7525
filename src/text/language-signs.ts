/*
 * What tells a language: ranges of UTF-16 units for scripts (a tag where the script has one language, or the likeliest
 * one), frequent words, and letters that others of the script do not have.
 */

/** First unit, last unit, and the script's name: the tag of its likeliest language. */
export const SCRIPTS: readonly [from: number, to: number, script: string][] = [
  [0x00c0, 0x024f, "latin"],
  [0x1e00, 0x1eff, "latin"],
  [0xac00, 0xd7a3, "ko"],
  [0x1100, 0x11ff, "ko"],
  [0x3130, 0x318f, "ko"],
  [0x3041, 0x30ff, "ja"],
  [0x4e00, 0x9fff, "zh"],
  [0x3400, 0x4dbf, "zh"],
  [0x0400, 0x052f, "ru"],
  [0x0600, 0x06ff, "ar"],
  [0x0370, 0x03ff, "el"],
  [0x0590, 0x05ff, "he"],
  [0x0e00, 0x0e7f, "th"],
  [0x0900, 0x097f, "hi"],
  [0x0980, 0x09ff, "bn"],
  [0x0a00, 0x0a7f, "pa"],
  [0x0a80, 0x0aff, "gu"],
  [0x0b80, 0x0bff, "ta"],
  [0x0c00, 0x0c7f, "te"],
  [0x0c80, 0x0cff, "kn"],
  [0x0d00, 0x0d7f, "ml"],
  [0x0d80, 0x0dff, "si"],
  [0x0e80, 0x0eff, "lo"],
  [0x1000, 0x109f, "my"],
  [0x10a0, 0x10ff, "ka"],
  [0x0530, 0x058f, "hy"],
  [0x1200, 0x137f, "am"],
  [0x1780, 0x17ff, "km"],
];

const LATIN: Record<string, string> = {
  en: "am a me they we he she were had been which whose did than then also but with when between during after before most first use used using write give find make show explain the is are of and to in for with what how which does do can my your you it when where who why from not have has will this that there any much many if an or be was on at by as about i should could would tell please",
  de: "in an so worauf worüber woran worum wobei wodurch wogegen oft welchem wen wem woraus womit wofür wovon worin wozu neben gegen seit während wie viele war waren hatte hatten wurde wurden als er ihr ihre sein seine dieser diese dieses einer eines einem zwischen um durch bis noch nur mehr sich dem des der die das und ist nicht wie was ich ein eine einen für mit auf wo kann wann wer warum von den dem zu im am sind hat wird welche welcher welches welchen gibt es sie mein meine wieviel viel bei oder wenn auch aus nach wir über",
  fr: "le la les des est et une un que qui quoi comment pour dans avec sur pas je vous nous quel quelle quels quelles où quand combien du au aux ce cette mon ma mes il elle peut puis sont ou si ne se faut pourquoi l d qu",
  es: "el la los las es y una un que qué cómo como para con por en no del al cuál cuánto cuánta cuántos cuándo dónde quién se mi su puedo hay está son tiene lo más de si o sin hasta tengo puede pesa",
  it: "il lo la gli le è e una un che come per con non di del della dei delle al alla quale quanto quanta quando dove chi posso si mio mia sono ha nel nella cosa ci i c dell perché se o da pesa",
  pt: "o a os as é e uma um que como para com não em do da dos das no na qual quanto quanta quando onde quem posso meu minha são tem pode há se por ao à você de ou até pelo pela pesa",
  nl: "de het een en is van niet hoe wat ik voor met op waar kan wanneer wie waarom zijn heeft wordt welke er mijn je hoeveel te aan bij die dat moet of naar kunnen",
  sv: "och att det är som en ett hur vad jag för med på var kan när vem varför inte av den till från har vilken mitt min mycket eller om i de",
  pl: "jest i w na nie jak co czy z do się to dla ile gdzie kiedy kto dlaczego jaki jaka jakie mogę od po za są mój moja o lub można jeśli",
  cs: "je a v na ne jak co z do se to pro kolik kde kdy kdo proč jaký jaká jaké mohu od po za jsou můj nebo lze pokud",
  tr: "ve bir bu için ne nasıl mi mı mu mü ile de da nerede zaman kim neden kaç hangi var yok olarak kadar benim çok veya nedir kadardır",
  vi: "là và của có không cho được những các một này bao nhiêu như thế nào ở đâu khi tôi với làm gì về tại sao ai",
  id: "yang dan di ini itu untuk dengan tidak apa bagaimana berapa dimana mana kapan siapa mengapa adalah dari ke saya bisa apakah ada pada atau jika",
  ro: "și este în de la pe cu nu ce cum pentru care un o unde când cine cât sunt se din al ale mea meu pot sau dacă",
};

const CYRILLIC: Record<string, string> = {
  ru: "что как где когда почему сколько какой какая какие каком кто это не и в на с для по мой можно ли у если есть или из от за мне я",
  uk: "що як де коли чому скільки який яка які хто це не і в на з для по мій чи можна є або якщо із від за мені я у",
  bg: "какво как къде кога защо колко какъв каква какви кой това не и в на с за по мога ли е са от да или ако има мен аз при",
};

/** By script, each word with the languages that use it. */
export const WORDS: Record<string, Map<string, string[]>> = {
  latin: byWord(LATIN),
  ru: byWord(CYRILLIC),
  ar: new Map(),
};

/** What a letter of one language counts beside its words. */
const TELLING = 1.5;

/** By script, letters that tell a language, and what they count where that is less. */
const LETTERS: Record<string, [language: string, letters: RegExp, weight?: number][]> = {
  latin: [
    ["de", /ß/],
    // Names in other languages have these as well.
    ["de", /[äöü]/, 0.7],
    ["fr", /[œêûëî]|\bç/],
    ["es", /[ñ¿¡]/],
    ["it", /[ìò]/],
    ["pt", /[ãõ]/],
    ["sv", /å/],
    ["pl", /[łąęśźż]/],
    ["cs", /[řěů]/],
    ["tr", /[ğıİ]/],
    ["vi", /[ăđơư\u1ea0-\u1ef9]/],
    ["ro", /[țș]/],
  ],
  ru: [
    ["ru", /[ыэё]/],
    ["uk", /[іїєґ]/],
    ["bg", /ъ/],
  ],
  ar: [
    ["ar", /[ةىؤإأ]/],
    // Urdu has these as well.
    ["fa", /^(?!.*[ٹڈڑےںہ]).*[پچژگیک]/s],
    ["ur", /[ٹڈڑےںہ]/],
  ],
};

/** By script, letters that tell a language and what they count beside a word. */
export const MARKS: Record<string, [language: string, letters: RegExp, weight: number][]> =
  Object.fromEntries(
    Object.entries(LETTERS).map(([script, marks]) => [
      script,
      marks.map(([language, letters, weight = TELLING]) => [language, letters, weight]),
    ]),
  );

function byWord(lists: Record<string, string>): Map<string, string[]> {
  const words = new Map<string, string[]>();
  for (const [language, list] of Object.entries(lists)) {
    for (const word of new Set(list.split(" ")))
      words.set(word, [...(words.get(word) ?? []), language]);
  }
  return words;
}
