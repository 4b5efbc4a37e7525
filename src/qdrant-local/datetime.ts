const DATETIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d\d:?(?:\d\d)?)?)?$/i;

/** Microseconds since 1970, UTC unless the text names an offset; undefined where it is no date. */
export function parseDatetime(text: string): number | undefined {
  const found = DATETIME.exec(text);
  if (!found) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] =
    found;
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day));
  // Date.UTC turns the 31st of February into a day of March; a server refuses it.
  if (new Date(date).getUTCDate() !== Number(day)) return undefined;
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second) - offsetSeconds(zone);
  return date * 1000 + seconds * 1e6 + Number(fraction.slice(0, 6).padEnd(6, "0"));
}

function offsetSeconds(zone: string): number {
  if (zone.toUpperCase() === "Z") return 0;
  const digits = zone.slice(1).replace(":", "").padEnd(4, "0");
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2)) * 60;
  return zone.startsWith("-") ? -seconds : seconds;
}
