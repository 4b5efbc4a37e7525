import { describe, expect, it } from "vitest";
import { ConfigError, describeConfig, readConfig } from "../../src/config.ts";

/** The lines of the error, `NAME how to mend it`. */
function complaints(environment: Record<string, unknown>): string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message
      .split("\n")
      .filter((line) => line.startsWith("  - "))
      .map((line) => line.slice(4));
  }
}

const ALL = describeConfig().map(({ name }) => name);
/** Any text is right for these. */
const FREE = [
  "MODEL_FALLBACK_API_KEY",
  "HOST",
  "QDRANT_API_KEY",
  "COHERE_API_KEY",
  "EMBED_MODEL",
  "RERANK_MODEL",
  "MODEL_API_KEY",
  "DATA_DIR",
  "COLLECTIONS",
  "TEXT_FIELD",
];

describe("readConfig", () => {
  it("needs nothing", () => {
    expect(readConfig({})).toMatchObject({
      PORT: 8787,
      HOST: "127.0.0.1",
      SAMPLES: true,
      COLLECTIONS: [],
      ALLOWED_ORIGINS: [],
      MAX_SOURCES: 6,
    });
    expect(readConfig({}).QDRANT_URL).toBeUndefined();
  });

  it("takes an empty value for an absent one", () => {
    expect(readConfig(Object.fromEntries(ALL.map((name) => [name, ""])))).toEqual(readConfig({}));
  });

  it("reads every kind of variable", () => {
    const config = readConfig({
      PORT: "0",
      SAMPLES: "false",
      QDRANT_URL: "https://qdrant.example:6333",
      MODEL: "openai-compatible:llama3",
      MODEL_BASE_URL: "http://127.0.0.1:11434/v1",
      COLLECTIONS: " guides, products ,,",
      ALLOWED_ORIGINS: "https://a.example, http://localhost:3000",
      DENSE_WEIGHT: "0.25",
      OTHER: "left alone",
    });
    expect(config).toMatchObject({
      PORT: 0,
      SAMPLES: false,
      QDRANT_URL: "https://qdrant.example:6333",
      MODEL: "openai-compatible:llama3",
      COLLECTIONS: ["guides", "products"],
      ALLOWED_ORIGINS: ["https://a.example", "http://localhost:3000"],
      DENSE_WEIGHT: 0.25,
    });
    expect(config).not.toHaveProperty("OTHER");
  });

  it("lists every wrong variable at once, each with how to mend it, and no value", () => {
    const wrong = ALL.filter((name) => !FREE.includes(name));
    const secret = "s3cr3t";
    const lines = complaints(
      Object.fromEntries(
        wrong.map((name) => [name, name === "ADMIN_KEY" ? secret : `${secret} value`]),
      ),
    );
    expect(lines.map((line) => line.split(" ")[0]).toSorted()).toEqual(wrong.toSorted());
    for (const line of lines) {
      expect(line).toMatch(/^[A-Z_]+ must (?:be|have|hold) /);
      expect(line).not.toContain(secret);
    }
  });

  it.each([
    ["PORT", "65536", "PORT must be at most 65535"],
    ["PORT", "-1", "PORT must be at least 0"],
    ["PORT", "1.5", "PORT must be a whole number"],
    ["CHAT_TIMEOUT_MS", "0", "CHAT_TIMEOUT_MS must be at least 1"],
    ["CHAT_TIMEOUT_MS", "soon", "CHAT_TIMEOUT_MS must be a whole number of milliseconds"],
    ["MAX_SOURCES", "51", "MAX_SOURCES must be at most 50"],
    ["SAMPLES", "maybe", "SAMPLES must be true or false"],
    ["QDRANT_URL", "qdrant:6333", "QDRANT_URL must be a URL that begins with http:// or https://"],
    ["MODEL", "gpt", "MODEL must be extractive, cohere:<model> or openai-compatible:<model>"],
    ["MODEL", "cohere", "MODEL must be extractive, cohere:<model> or openai-compatible:<model>"],
    [
      "COLLECTION_SETS",
      "shop",
      "COLLECTION_SETS must be a list like shop=products+policies,help=guides",
    ],
    [
      "COLLECTION_SETS",
      "a=b=c",
      "COLLECTION_SETS must be a list like shop=products+policies,help=guides",
    ],
    [
      "COLLECTION_SETS",
      "a=b+,c=d",
      "COLLECTION_SETS must be a list like shop=products+policies,help=guides",
    ],
    [
      "COLLECTION_SETS",
      "all=b",
      'COLLECTION_SETS must not name a set "all", which is every collection',
    ],
    ["COLLECTION_SETS", "a=b,a=c", "COLLECTION_SETS must not give one name to two sets"],
    ["ADMIN_KEY", "short", "ADMIN_KEY must have at least 8 characters"],
    [
      "ALLOWED_ORIGINS",
      "https://a.example/x",
      "ALLOWED_ORIGINS must hold origins like https://www.example.com, without a path",
    ],
    [
      "ALLOWED_ORIGINS",
      "*",
      "ALLOWED_ORIGINS must hold origins like https://www.example.com, without a path",
    ],
  ])("says how to mend %s=%s", (name, value, line) => {
    expect(complaints({ [name]: value })).toEqual([line]);
  });

  it("reads sets of collections", () => {
    expect(readConfig({}).COLLECTION_SETS).toEqual([]);
    const given = " shop = products + policies , help=guides ,";
    expect(readConfig({ COLLECTION_SETS: given }).COLLECTION_SETS).toEqual([
      { name: "shop", collections: ["products", "policies"] },
      { name: "help", collections: ["guides"] },
    ]);
  });

  it("checks together what one variable alone can not tell, beside everything else", () => {
    const local = { MODEL: "openai-compatible:llama3" };
    expect(complaints(local)).toEqual([
      expect.stringMatching(/^MODEL_BASE_URL is needed with MODEL=openai-compatible:/),
    ]);
    expect(complaints({ ...local, MODEL_BASE_URL: "http://127.0.0.1:11434/v1" })).toEqual([]);
    const hosted = { MODEL: "cohere:command-r" };
    expect(complaints(hosted)).toEqual([
      expect.stringMatching(/^COHERE_API_KEY is needed with MODEL=cohere:/),
    ]);
    expect(complaints({ ...hosted, COHERE_API_KEY: "k" })).toEqual([]);
    expect(complaints({ ...hosted, MODEL_API_KEY: "k" })).toEqual([]);
    expect(complaints({ ...hosted, PORT: "x" }).map((line) => line.split(" ")[0])).toEqual([
      "PORT",
      "COHERE_API_KEY",
    ]);
  });

  it("wants a floor below the ceiling", () => {
    const of = (least: string, most: string): string[] =>
      complaints({ MIN_SOURCES_PER_COLLECTION: least, MAX_SOURCES_PER_COLLECTION: most });
    expect(of("3", "2")).toEqual([
      "MIN_SOURCES_PER_COLLECTION must not be above MAX_SOURCES_PER_COLLECTION",
    ]);
    expect(
      readConfig({ MIN_SOURCES_PER_COLLECTION: "2", MAX_SOURCES_PER_COLLECTION: "2" }),
    ).toMatchObject({ MIN_SOURCES_PER_COLLECTION: 2, MAX_SOURCES_PER_COLLECTION: 2 });
  });

  it("takes an empty value for an absent one in these checks too", () => {
    expect(complaints({ MODEL: "openai-compatible:x", MODEL_BASE_URL: "" })).toHaveLength(1);
    expect(complaints({ MODEL: "cohere:x", COHERE_API_KEY: "" })).toHaveLength(1);
  });
});

describe("describeConfig", () => {
  it("explains every variable and shows its default", () => {
    const rows = describeConfig();
    for (const { description } of rows) expect(description).toMatch(/\S.*\.$|`$/);
    const fallback = (name: string): string | undefined =>
      rows.find((row) => row.name === name)?.fallback;
    expect(fallback("PORT")).toBe("`8787`");
    expect(fallback("SAMPLES")).toBe("`true`");
    expect(fallback("QDRANT_URL")).toBe("");
    expect(fallback("COLLECTIONS")).toBe("");
  });
});
