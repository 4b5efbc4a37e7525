import { describe, expect, it } from "vitest";
import { createRunningAnswers, type RunningAnswers } from "../../../src/chat/running.ts";

function open(): { running: RunningAnswers; clock: { time: number } } {
  const clock = { time: 0 };
  const running = createRunningAnswers({ most: 2, longest: 60_000, now: () => clock.time });
  return { running, clock };
}

describe("the places of createRunningAnswers", () => {
  it("are taken until an answer ends, once for each", () => {
    const { running } = open();
    const first = running.begin("a");
    running.begin("a");
    expect(() => running.begin("b")).toThrow("Too many answers");
    first.end();
    first.end();
    running.begin("b");
    expect(() => running.requireRoom()).toThrow("Too many answers");
    expect(running.count()).toBe(2);
  });

  it("are not kept by answers that were lost without an end, longer than any may take", () => {
    const { running, clock } = open();
    running.begin("a");
    clock.time = 30_000;
    running.begin("b");
    clock.time = 69_000;
    expect(() => running.requireRoom()).toThrow("Too many answers");
    clock.time = 71_000;
    running.requireRoom();
    expect(running.count()).toBe(1);
  });
});
