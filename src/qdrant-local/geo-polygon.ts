// The geo condition of a polygon with holes, on the plane of longitudes and latitudes.
import { formatError } from "./envelope.ts";
import { type GeoPoint, type GeoTest, readGeoPoint } from "./geo.ts";
import type { Json } from "./json.ts";
import { readArray, readObject, rejectOtherKeys } from "./read.ts";

/** A closed line: the last point is the first. */
type Ring = readonly GeoPoint[];

/** Strict: a point on the line of the polygon or of a hole is outside. */
export function compileGeoPolygon(given: Json): GeoTest {
  const polygon = readObject(given, "struct GeoPolygon");
  rejectOtherKeys(polygon, "geo_polygon", ["exterior", "interiors"]);
  const exterior = readRing(polygon["exterior"]);
  const interiors = readArray(polygon["interiors"] ?? [], "interiors").map(readRing);
  return (point) =>
    locate(point, exterior) === "inside" &&
    interiors.every((ring) => locate(point, ring) === "outside");
}

const SMALLEST_RING = 4;

function readRing(given: Json | undefined): Ring {
  const line = readObject(given, "struct GeoLineString");
  const ring = readArray(line["points"], "points").map(readGeoPoint);
  if (ring.length < SMALLEST_RING) {
    throw formatError(`polygon invalid, the size must be at least 4, got ${ring.length}`);
  }
  const [first, last] = [ring[0]!, ring.at(-1)!];
  if (!isSame(first.lon, last.lon) || !isSame(first.lat, last.lat)) {
    throw formatError(
      "polygon invalid, the first and the last points should be the same to form a closed line",
    );
  }
  return ring;
}

function isSame(a: number, b: number): boolean {
  return Math.abs(a - b) <= Number.EPSILON;
}

/** Counts how often the ring winds round the point. */
function locate(point: GeoPoint, ring: Ring): "inside" | "outside" | "on the line" {
  let winding = 0;
  for (let i = 1; i < ring.length; i++) {
    const from = ring[i - 1]!;
    const to = ring[i]!;
    const side = sideOf(point, from, to);
    if (side === 0 && isWithin(point, from, to)) return "on the line";
    if (from.lat <= point.lat && to.lat > point.lat && side > 0) winding++;
    if (from.lat > point.lat && to.lat <= point.lat && side < 0) winding--;
  }
  return winding === 0 ? "outside" : "inside";
}

/** Positive to the left of the way from one point to the other, 0 on it. */
function sideOf({ lon, lat }: GeoPoint, from: GeoPoint, to: GeoPoint): number {
  return (to.lon - from.lon) * (lat - from.lat) - (lon - from.lon) * (to.lat - from.lat);
}

function isWithin({ lon, lat }: GeoPoint, a: GeoPoint, b: GeoPoint): boolean {
  return (
    Math.min(a.lon, b.lon) <= lon &&
    lon <= Math.max(a.lon, b.lon) &&
    Math.min(a.lat, b.lat) <= lat &&
    lat <= Math.max(a.lat, b.lat)
  );
}
