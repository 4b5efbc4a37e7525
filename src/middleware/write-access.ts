import type { MiddlewareHandler } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/i;
const LOCAL_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
const FORWARDED = ["forwarded", "x-forwarded-for", "x-real-ip", "cf-connecting-ip"];

/** Lets only those write who may: with `ADMIN_KEY` its bearer, without it whoever sits at this machine. */
export function writeAccess({ config, platform }: Services): MiddlewareHandler {
  const bearer =
    config.ADMIN_KEY === undefined
      ? undefined
      : bearerAuth({
          token: config.ADMIN_KEY,
          noAuthenticationHeader: { message: "unauthorized" },
          invalidAuthenticationHeader: { message: "unauthorized" },
          invalidToken: { message: "unauthorized" },
        });
  return async function writeAccess(c, next) {
    if (bearer !== undefined) {
      // Whatever the middleware calls it, to us it is one thing.
      let passed = false;
      await bearer(c, async () => void (passed = true)).catch(() => undefined);
      if (!passed)
        throw new AppError(
          "unauthorized",
          "Writing needs the header `Authorization: Bearer <ADMIN_KEY>`.",
        );
      return next();
    }
    // A proxy on this machine speaks for others, and a page of another site may point its name at this machine.
    const local =
      LOOPBACK.test(platform.peerAddress(c.env) ?? "") &&
      LOCAL_HOST.test(c.req.header("host") ?? "");
    if (!local || FORWARDED.some((name) => c.req.header(name) !== undefined)) {
      throw new AppError(
        "forbidden",
        "Writing is allowed from this machine only. Set ADMIN_KEY to write from elsewhere.",
      );
    }
    return next();
  };
}
