// Runs before each file, also where several files share their modules.
import { afterEach, expect } from "vitest";
import { complaints } from "./complaints.ts";

afterEach(() => expect(complaints.splice(0)).toEqual([]));
