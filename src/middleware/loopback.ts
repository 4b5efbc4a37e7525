import type { Context } from "hono";
import type { Platform } from "../platform.ts";

const ADDRESS = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/i;
const HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
const ORIGIN_HOSTS = new Set(["localhost", "127.0.0.1", "[::1]"]);
const FORWARDED = ["forwarded", "x-forwarded-for", "x-real-ip", "cf-connecting-ip"];

/** Whether a server that listens at `host` can be reached from its own machine alone. */
export function isLoopbackHost(host: string): boolean {
  return host.toLowerCase() === "localhost" || ADDRESS.test(host);
}

/** Whether a page of this origin comes from the reader's own machine. Only what a browser itself writes is an origin. */
export function isLoopbackOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol, hostname } = new URL(text);
  return origin === text && /^https?:$/.test(protocol) && ORIGIN_HOSTS.has(hostname);
}

/** Whether whoever calls sits at this machine. Never so where the platform can not tell (Workers). */
export function isFromThisMachine(c: Context, platform: Platform): boolean {
  // A proxy on this machine speaks for others, and a page of another site may point its name at this machine.
  return (
    ADDRESS.test(platform.peerAddress(c.env) ?? "") &&
    HOST.test(c.req.header("host") ?? "") &&
    !FORWARDED.some((name) => c.req.header(name) !== undefined)
  );
}
