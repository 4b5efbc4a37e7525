import { describe, expect, it } from "vitest";
import { isRefusal } from "../../../src/chat/refusal.ts";
import { isAnswered, pass } from "../../support/citation-gate.ts";

describe("isRefusal", () => {
  it.each([
    "I could not find this in the sources.",
    "I couldn't find an answer.",
    "I was unable to find the price.",
    "The provided documents do not mention the price.",
    "There is no information about this in the sources.",
    "The price is not mentioned in any of the documents.",
    "제공된 문서에서 답을 찾지 못했습니다.",
    "해당 내용을 찾을 수 없습니다.",
    "출처에는 가격에 대한 정보가 없습니다.",
    "資料には見つかりませんでした。",
    "価格についての記載はありません。",
    "我没有找到相关信息。",
    "資料中找不到答案。",
    "Ich konnte dazu nichts finden.",
    "Die Quellen enthalten dazu keine Angaben.",
    "Je n'ai pas trouvé cette information.",
    "No encontré la respuesta en los documentos.",
    "Non ho trovato la risposta.",
    "Não encontrei essa informação.",
    "Ik heb het niet gevonden.",
    "Я не нашёл ответа.",
    "لم أجد إجابة.",
    "לא מצאתי תשובה.",
    "I don't know.",
    "None of the sources mention the price.",
    "It isn't mentioned in the sources.",
    "I'm sorry, but I could not find it.",
    "I could not find its price, and the sources do not mention it.",
    "해당 정보는 제공된 자료에 없습니다.",
    "정보가 문서에 나와 있지 않습니다.",
    "文档没有相关信息。",
    "Eine Antwort wurde nicht gefunden.",
    "In den Quellen steht dazu nichts.",
    "Nie znalazłem odpowiedzi.",
    "Bulamadım.",
    "Saya tidak menemukan jawaban.",
    "Tôi không tìm thấy câu trả lời.",
    "ไม่พบคำตอบ",
    "मुझे उत्तर नहीं मिला।",
    "Я не знайшов відповіді.",
  ])("knows %j", (sentence) => {
    expect(isRefusal(sentence)).toBe(true);
  });

  it.each([
    "The warranty does not cover water damage.",
    "We do not ship to islands.",
    "You can find the serial number below the seat.",
    "No deposit is needed.",
    "If you did not find your size, write to us.",
    "제주도는 배송비가 없습니다.",
    "반품은 30일이 지나면 할 수 없습니다.",
    "送料はかかりません。",
    "没有运费。",
    "Die Garantie gilt nicht für Wasserschäden.",
    "La garantie ne couvre pas l'eau.",
    "No se permiten perros.",
    "I could not find a cheaper tent than the Aurora.",
    "I could not find the price, but the tent weighs 2.4 kg.",
    "While the sources do not mention the price, the tent weighs 2.4 kg.",
    "The documents do not state the price; it weighs 2.4 kg.",
    "We did not find any leaks after ten hours.",
    "We do not answer mail on weekends.",
    "Our materials do not contain plastic.",
    "가격은 찾지 못했지만 무게는 3kg입니다.",
    "가격은 찾을 수 없지만 무게는 3kg입니다.",
    "찾을 수 없는 물건은 신고하세요.",
    "이 문서는 법적 효력이 없습니다.",
    "개인정보는 제3자에게 제공되는 일이 없습니다.",
    "정보 보호 책임은 회사에 없습니다.",
    "内容: 未发现缺陷。",
    "没有找到价格，但重量是2.4公斤。",
    "価格は見つかりませんでしたが、重さは2.4kgです。",
    "個人情報の登録は必要ありません。",
    "記載の必要はありません。",
    "Ich konnte den Preis nicht finden, aber das Zelt wiegt 2,4 kg.",
    "Das Zelt kann nicht im Laden gefunden werden.",
    "Je n'ai pas trouvé le prix, mais la tente pèse 2,4 kg.",
    "No encontré el precio, pero pesa 2,4 kg.",
    "Цену я не нашёл, но палатка весит 2,4 кг.",
  ])("takes %j for an answer", (sentence) => {
    expect(isRefusal(sentence)).toBe(false);
  });
});

describe("answered of createCitationGate", () => {
  it.each([
    ["It weighs 2.4 kg [1].", true],
    ["It weighs 2.4 kg [1]. I could not find its price.", true],
    ["It weighs 2.4 kg [1]. I could not find its price [0].", true],
    ["I could not find its price [2]. It weighs 2.4 kg [1].", true],
    ["I could not find its price [0].", false],
    ["I could not find its price [1].", false],
    ["I could not find its price [1][2]. 문서에서 찾지 못했습니다 [3].", false],
    ["Its price stands nowhere [1][0].", false],
    ["Its price stands nowhere [0, 1].", false],
    ["It weighs 2.4 kg.", false],
    ["It weighs 2.4 kg [7].", false],
    ["", false],
  ])("of %j is %j", (text, answered) => {
    expect(isAnswered(text)).toBe(answered);
    expect(pass(text).text).not.toContain("[0");
  });
});
