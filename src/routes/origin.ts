import type { Context } from "hono";
import type { Config } from "../config.ts";

/** Scheme and host under which the reader knows us, without a slash at its end. */
export function readOrigin(c: Context, config: Config): string {
  return new URL(config.PUBLIC_URL ?? c.req.url).origin;
}
