import { describe, expect, it } from "vitest";
import {
  AppError,
  DeadlineError,
  isRetryableStatus,
  readRetryAfter,
  toAppError,
  toProblem,
  UpstreamError,
} from "../../src/errors.ts";

const upstream = (service: UpstreamError["service"], status?: number): UpstreamError =>
  new UpstreamError({ service, operation: "search", message: "secret host refused", status });

describe("UpstreamError", () => {
  it("says who, what and why", () => {
    expect(upstream("qdrant", 500).message).toBe("[qdrant] search: secret host refused");
  });

  it("may be tried again by its status, unless it says otherwise", () => {
    expect(upstream("qdrant", 400).retryable).toBe(false);
    expect(upstream("qdrant", 429).retryable).toBe(true);
    expect(upstream("qdrant").retryable).toBe(true);
    expect(
      new UpstreamError({
        service: "qdrant",
        operation: "x",
        message: "y",
        status: 500,
        retryable: false,
      }).retryable,
    ).toBe(false);
  });
});

describe("isRetryableStatus", () => {
  it("is true for what may pass by itself", () => {
    for (const status of [undefined, 408, 429, 500, 503, 529])
      expect(isRetryableStatus(status)).toBe(true);
    for (const status of [400, 401, 403, 404, 409, 422])
      expect(isRetryableStatus(status)).toBe(false);
  });
});

describe("toAppError", () => {
  it("keeps one of ours as it is", () => {
    const error = new AppError("invalid", "No.");
    expect(toAppError(error)).toBe(error);
  });

  it.each([
    [new DeadlineError("it", 5), "timeout", 504],
    [upstream("model", 500), "model-unavailable", 503],
    [upstream("qdrant", 500), "storage-unavailable", 503],
    [upstream("cohere", 500), "storage-unavailable", 503],
    [new TypeError("secret"), "internal", 500],
    ["secret", "internal", 500],
    [undefined, "internal", 500],
  ])("shows %o as %s without its internals", (thrown, code, status) => {
    const error = toAppError(thrown);
    expect(error).toMatchObject({ code, status });
    expect(error.message).not.toContain("secret");
    expect(error.cause).toBe(thrown);
  });
});

describe("toProblem", () => {
  it("is an RFC 9457 problem with the code and the request", () => {
    expect(toProblem(new AppError("too-large", "The body is too large."), "r1")).toEqual({
      type: "about:blank",
      title: "Content Too Large",
      status: 413,
      detail: "The body is too large.",
      code: "too-large",
      requestId: "r1",
    });
  });

  it("lists the fields that are wrong", () => {
    const errors = [{ path: "messages", message: "is missing" }];
    expect(toProblem(new AppError("invalid", "No.", { errors }), "r1").errors).toEqual(errors);
  });
});

describe("readRetryAfter", () => {
  it.each([
    ["2", 2000],
    ["0", 0],
    ["1.5", 1500],
    ["-3", 0],
    ["Wed, 21 Oct 2015 07:28:00 GMT", 0],
    ["soon", undefined],
    ["", undefined],
    [undefined, undefined],
    [null, undefined],
  ])("of %j is %j", (header, milliseconds) => {
    expect(readRetryAfter(header)).toBe(milliseconds);
  });

  it("counts from now to a date", () => {
    const wait = readRetryAfter(new Date(Date.now() + 60_000).toUTCString())!;
    expect(wait).toBeGreaterThan(55_000);
    expect(wait).toBeLessThanOrEqual(60_000);
  });
});
