const DATETIME =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[T ](\d\d?):(\d\d?)(?::(\d\d?)(?:\.(\d+))?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?)?$/i;

/** Microseconds since 1970, UTC unless the text names an offset; undefined where it is no date. */
export function parseDatetime(text: string): number | undefined {
  const found = DATETIME.exec(text);
  if (!found) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] =
    found;
  const date = midnight(Number(year), Number(month), Number(day));
  const offset = offsetSeconds(zone);
  // A leap second is the 60th.
  const isTime = Number(hour) < 24 && Number(minute) < 60 && Number(second) <= 60;
  if (date === undefined || offset === undefined || !isTime) return undefined;
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second) - offset;
  return date * 1000 + seconds * 1e6 + Number(fraction.slice(0, 6).padEnd(6, "0"));
}

function midnight(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  // Date.UTC takes the year 50 for 1950.
  date.setUTCFullYear(year, month - 1, day);
  // The 31st of February became a day of March; a server refuses it.
  const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isDay ? date.getTime() : undefined;
}

function offsetSeconds(zone: string): number | undefined {
  if (zone.toUpperCase() === "Z") return 0;
  const digits = zone.slice(1).replace(":", "").padEnd(4, "0");
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  if (hours > 23 || minutes > 59) return undefined;
  const seconds = hours * 3600 + minutes * 60;
  return zone.startsWith("-") ? -seconds : seconds;
}
