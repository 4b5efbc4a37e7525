// In workerd, with the D1 that miniflare brings; test/vitest.config.ts binds it.
import { createDatabase } from "db0";
import cloudflareD1 from "db0/connectors/cloudflare-d1";
import { describe } from "vitest";
import { createSqlConversations } from "../../../src/adapters/sql-conversations.ts";
import type { ConversationStore } from "../../../src/conversation-store.ts";
import { testConversationStore } from "./suite.ts";

const open = (): Promise<ConversationStore> =>
  createSqlConversations(createDatabase(cloudflareD1({ bindingName: "TEST_CONVERSATIONS" })));

describe("conversations in D1", () => {
  testConversationStore(async () => ({ store: await open(), another: open }));
});
