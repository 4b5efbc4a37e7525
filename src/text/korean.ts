/**
 * Korean particles and common endings, longest first. A noun carries its particle without a space
 * ("배낭은", "배낭을", "배낭에서"), so the bare noun must become a term of its own.
 */
const SUFFIXES = (
  "에서부터는 에서부터 으로부터 이라고는 에게서는 에서만큼 이었습니다 하였습니다 " +
  "했습니다 됐습니다 되었습니다 었습니다 았습니다 입니까 습니까 습니다 입니다 합니다 됩니다 십시오 하세요 되나요 하나요 인가요 " +
  "에서는 에서도 으로는 으로도 에게는 에게도 까지는 까지도 부터는 이라는 이라고 이라도 이란 " +
  "한테서 에게서 으로써 으로서 로부터 처럼 보다 부터 까지 마다 조차 마저 밖에 만큼 대로 " +
  "에서 에게 한테 께서 으로 이나 이며 이고 이다 라고 라는 하고 하는 하면 하여 해서 되는 되면 되고 된다 한다 이랑 들의 들은 들을 들이 " +
  "은 는 이 가 을 를 의 에 로 와 과 도 만 나 며 랑 요 들"
)
  .split(" ")
  .toSorted((a, b) => b.length - a.length);

/** Strips one particle or ending where at least two syllables stay; otherwise returns the word as it is. */
export function koreanStem(word: string): string {
  for (const suffix of SUFFIXES) {
    if (word.length - suffix.length >= 2 && word.endsWith(suffix))
      return word.slice(0, -suffix.length);
  }
  return word;
}
