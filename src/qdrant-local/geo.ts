// Points on the globe.
import { formatError } from "./envelope.ts";
import { isObject, type Json } from "./json.ts";
import { readObject, rejectOtherKeys } from "./read.ts";

/** Degrees. */
export interface GeoPoint {
  readonly lon: number;
  readonly lat: number;
}

/** Metres: the mean radius of the Earth. */
const EARTH_RADIUS = 6_371_008.8;

/** The great-circle distance in metres. */
export function haversine(a: GeoPoint, b: GeoPoint): number {
  const latitudes = Math.sin(radians(b.lat - a.lat) / 2) ** 2;
  const longitudes = Math.sin(radians(b.lon - a.lon) / 2) ** 2;
  const chord = latitudes + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * longitudes;
  return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(chord)));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

/** A point in a payload; undefined where the value is none. */
export function toGeoPoint(value: Json): GeoPoint | undefined {
  if (!isObject(value)) return undefined;
  const { lon, lat } = value;
  return typeof lon === "number" && typeof lat === "number" ? { lon, lat } : undefined;
}

export function isOnGlobe({ lon, lat }: GeoPoint): boolean {
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
}

/** A point in a request: both coordinates, and within the globe. */
export function readGeoPoint(value: Json | undefined): GeoPoint {
  const given = readObject(value, "struct GeoPoint");
  rejectOtherKeys(given, "a geo point", ["lon", "lat"]);
  for (const coordinate of ["lon", "lat"]) {
    if (given[coordinate] === undefined) throw formatError(`missing field \`${coordinate}\``);
  }
  const point = toGeoPoint(given);
  if (!point) throw formatError("lon, lat: invalid type, expected f64");
  if (isOnGlobe(point)) return point;
  throw formatError(
    `Wrong format of GeoPoint payload: expected \`lat\` = ${point.lat} within [-90;90] and \`lon\` = ${point.lon} within [-180;180]`,
  );
}
