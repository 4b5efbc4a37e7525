// Points on the globe, and the geo conditions of a filter: a circle and a box.
import { formatError } from "./envelope.ts";
import { isObject, type Json } from "./json.ts";
import { readObject, rejectOtherKeys } from "./read.ts";

/** Degrees. */
export interface GeoPoint {
  readonly lon: number;
  readonly lat: number;
}

export type GeoTest = (point: GeoPoint) => boolean;

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

/** Strict: a point at exactly the radius is outside. */
export function compileGeoRadius(given: Json): GeoTest {
  const circle = readObject(given, "struct GeoRadius");
  rejectOtherKeys(circle, "geo_radius", ["center", "radius"]);
  const center = readGeoPoint(circle["center"]);
  const { radius } = circle;
  if (typeof radius !== "number") throw formatError("radius: invalid type, expected f64");
  return (point) => haversine(center, point) < radius;
}

/** Strict; a box whose left side is east of its right side crosses the antimeridian. */
export function compileGeoBox(given: Json): GeoTest {
  const box = readObject(given, "struct GeoBoundingBox");
  rejectOtherKeys(box, "geo_bounding_box", ["top_left", "bottom_right"]);
  const { lon: west, lat: north } = readGeoPoint(box["top_left"]);
  const { lon: east, lat: south } = readGeoPoint(box["bottom_right"]);
  const isBetween =
    west > east
      ? (lon: number): boolean => lon > west || lon < east
      : (lon: number): boolean => lon > west && lon < east;
  return ({ lon, lat }) => south < lat && lat < north && isBetween(lon);
}
