// How a formula lets a value fade with its distance from a target: linearly, exponentially, as a bell.
import { validationFailed } from "./envelope.ts";

export type DecayKind = "lin_decay" | "exp_decay" | "gauss_decay";

export interface DecayShape {
  /** What is left at a distance of one scale. @default 0.5 */
  midpoint: number;
  /** In the unit of the value. @default 1 */
  scale: number;
}

/** From 1 at distance 0 towards 0. */
export function createDecay(
  kind: DecayKind,
  { midpoint, scale }: DecayShape,
): (distance: number) => number {
  checkShape(kind, midpoint, scale);
  if (kind === "lin_decay") {
    const slope = (1 - midpoint) / scale;
    return (distance) => Math.max(0, 1 - slope * Math.abs(distance));
  }
  if (kind === "exp_decay") {
    const rate = Math.log(midpoint) / scale;
    return (distance) => Math.exp(rate * Math.abs(distance));
  }
  const rate = Math.log(midpoint) / scale ** 2;
  return (distance) => Math.exp(rate * distance * distance);
}

function checkShape(kind: DecayKind, midpoint: number, scale: number): void {
  if (kind === "lin_decay" && (midpoint < 0 || midpoint > 1)) {
    throw validationFailed(
      `Linear decay midpoint should be in the range [0.0, 1.0], got ${midpoint}.`,
    );
  }
  if (kind !== "lin_decay" && (midpoint <= 0 || midpoint >= 1)) {
    throw validationFailed(`Decay midpoint should be in the range (0.0, 1.0), got ${midpoint}.`);
  }
  if (scale <= 0) {
    throw validationFailed(`Decay scale should be non-zero positive, got ${scale}.`);
  }
}
