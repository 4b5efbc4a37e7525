/** As much of an OpenAPI 3.1 document as ours has. */
export interface ApiDocument {
  info: { title: string; version: string; description?: string };
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, ApiOperation>>;
  components: {
    schemas: Record<string, ApiSchema>;
    securitySchemes?: Record<string, { description?: string }>;
  };
}

export interface ApiOperation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security?: Record<string, unknown>[];
  parameters?: ApiParameter[];
  requestBody?: { content: Record<string, ApiMedia> };
  responses: Record<string, { description: string; content?: Record<string, ApiMedia> }>;
}

export interface ApiParameter {
  name: string;
  in: string;
  required?: boolean;
  schema: ApiSchema;
}

export interface ApiMedia {
  schema?: ApiSchema;
  example?: unknown;
  examples?: Record<string, { summary: string }>;
  "x-itemSchema"?: ApiSchema;
}

export interface ApiSchema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, ApiSchema>;
  required?: string[];
  items?: ApiSchema;
  oneOf?: ApiSchema[];
  anyOf?: ApiSchema[];
  allOf?: ApiSchema[];
  additionalProperties?: ApiSchema | boolean;
  enum?: unknown[];
  example?: unknown;
  [keyword: string]: unknown;
}
