import type { MiddlewareHandler } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import { isFromThisMachine } from "./loopback.ts";

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
          "This needs the header `Authorization: Bearer <ADMIN_KEY>`.",
        );
      return next();
    }
    if (!isFromThisMachine(c, platform)) {
      throw new AppError(
        "forbidden",
        "Writing is allowed from this machine only. Set ADMIN_KEY to write from elsewhere.",
      );
    }
    return next();
  };
}
