import { describe, expect, it } from "vitest";
import {
  detectLanguage,
  guessLanguage,
  isLanguage,
  nameLanguage,
} from "../../../src/text/language.ts";

describe("guessLanguage", () => {
  it.each([
    ["How heavy is the tent?", "en"],
    ["텐트 무게가 얼마인가요?", "ko"],
    ["Aurora 2 텐트 방수 되나요", "ko"],
    ["Does the 달빛 lantern float in water?", "en"],
    ["テントは防水ですか", "ja"],
    ["防水テントの重さ", "ja"],
    ["帐篷防水吗?", "zh"],
    ["Сколько весит палатка?", "ru"],
    ["", "en"],
    ["12 + 3 = ?", "en"],
  ])("takes %j for %s", (text, language) => {
    expect(guessLanguage(text)).toBe(language);
  });

  it("takes a third of the letters for enough", () => {
    expect(guessLanguage("ab가")).toBe("ko");
    expect(guessLanguage("abc가")).toBe("en");
  });

  it("reads Hangul in pieces (NFD)", () => {
    expect(guessLanguage("텐트 무게".normalize("NFD"))).toBe("ko");
  });

  it("looks at the beginning of a long text", () => {
    expect(guessLanguage(`텐트 ${"가".repeat(2000)}${"a".repeat(100_000)}`)).toBe("ko");
  });

  it.each([
    ["de", "Wie schwer ist das Zelt ohne Heringe?", "Kann ich ein gebrauchtes Zelt zurückgeben?"],
    ["fr", "Combien pèse la tente sans les piquets ?", "Puis-je retourner une tente utilisée ?"],
    ["es", "¿Cuánto pesa la tienda sin las estacas?", "Puedo devolver una tienda usada en verano"],
    ["it", "Quanto pesa la tenda senza picchetti?", "Posso restituire una tenda usata?"],
    ["pt", "Quanto pesa a barraca sem as estacas?", "Posso devolver uma barraca usada?"],
    ["nl", "Hoe zwaar is de tent zonder haringen?", "Kan ik een gebruikte tent terugsturen?"],
    ["sv", "Hur mycket väger tältet utan pinnar?", "Kan jag lämna tillbaka ett använt tält?"],
    ["pl", "Ile waży namiot bez śledzi?", "Czy mogę zwrócić używany namiot?"],
    ["cs", "Kolik váží stan bez kolíků?", "Mohu vrátit použitý stan a peníze dostat zpět?"],
    ["tr", "Çadır kazıksız ne kadar ağır?", "Kullanılmış bir çadırı iade edebilir miyim?"],
    ["vi", "Cái lều nặng bao nhiêu?", "Tôi có thể trả lại lều đã dùng không?"],
    ["id", "Berapa berat tenda tanpa pasak?", "Apakah saya bisa mengembalikan tenda bekas?"],
    ["ro", "Cât cântărește cortul fără țăruși?", "Pot returna un cort folosit și cum?"],
    ["ru", "Сколько весит палатка без колышков?", "Можно ли вернуть палатку"],
    ["uk", "Скільки важить намет без кілочків?", "Чи можна повернути намет?"],
    ["bg", "Колко тежи палатката без колчетата?", "Мога ли да върна палатката?"],
    ["el", "Πόσο ζυγίζει η σκηνή;", "Μπορώ να επιστρέψω τη σκηνή;"],
    ["ar", "كم تزن الخيمة؟", "هل يمكنني إعادة الخيمة؟"],
    ["fa", "وزن چادر چقدر است؟", "آیا می‌توانم چادر را برگردانم؟"],
    ["ur", "خیمے کا وزن کتنا ہے؟", "کیا میں خیمہ واپس کر سکتا ہوں؟"],
    ["he", "כמה שוקל האוהל?", "אפשר להחזיר את האוהל?"],
    ["th", "เต็นท์หนักเท่าไหร่", "คืนเต็นท์ได้ไหม"],
    ["hi", "तंबू का वजन कितना है?", "क्या मैं तंबू वापस कर सकता हूँ?"],
    ["en", "How heavy is the tent without pegs?", "Can I return a used tent?"],
  ])("knows %s by its script, its words and its letters", (language, ...texts) => {
    for (const text of texts) expect(guessLanguage(text), text).toBe(language);
  });

  it("asks the user's earlier messages where a question does not tell", () => {
    expect(guessLanguage("Aurora 2?", ["12", "Wie schwer ist das Zelt?", "텐트"])).toBe("de");
    expect(guessLanguage("How heavy is it?", ["Wie schwer ist das Zelt?"])).toBe("en");
    expect(guessLanguage("Aurora 2?", ["Granite 4!"])).toBe("en");
  });
});

describe("detectLanguage", () => {
  it("is silent about names, figures and signs", () => {
    for (const text of ["", "Aurora 2", "🏕️🔥", "12.5 kg", "\uD800"])
      expect(detectLanguage(text), text).toBeUndefined();
  });
});

describe("isLanguage", () => {
  it("takes a tag that begins with a language", () => {
    for (const tag of ["en", "ko", "pt-BR", "zh-Hant-TW", "EN-us"])
      expect(isLanguage(tag)).toBe(true);
    for (const tag of ["", "xx", "english", "qq-QQ", "e", "<script>", "en_US", "1"])
      expect(isLanguage(tag), tag).toBe(false);
  });
});

describe("nameLanguage", () => {
  it("names a language in English and in itself", () => {
    expect(nameLanguage("en")).toBe("English");
    expect(nameLanguage("ko")).toBe("Korean (한국어)");
    expect(nameLanguage("pt-BR")).toMatch(/^Brazilian Portuguese \(português/i);
    expect(nameLanguage("nonsense-")).toBe("nonsense-");
  });
});
