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
