import type { CompiledApi } from './compiled-procedures.ts';
import type { JsonSchema } from './json-schema.ts';
import { factsOf, operationOf, schemasOf } from './operation.ts';
import { RefusalResponses, refusalSchemas } from './refusals.ts';
import { filePaths } from './file-paths.ts';
import { sentWebhooks, webhookPaths } from './webhook-paths.ts';

export type OpenApiDocument = {
  openapi: '3.1.1';
  paths: Record<string, Partial<Record<'get' | 'post', ReturnType<typeof operationOf>>>> &
    typeof webhookPaths &
    typeof filePaths;
  components: { schemas: Record<string, JsonSchema> } & Record<string, object>;
} & Record<string, unknown>;

const description = `The procedures of a commerce-core shop over HTTP.

A query is \`GET /trpc/<procedure>?input=<JSON>\`, a mutation \`POST /trpc/<procedure>\` with JSON. The answer is in
\`result.data\`. A refusal is in \`error\`: \`data.commerce\` has its code, details and a hint, \`data.httpStatus\`
the status.

Amounts are integers in minor units of their currency, quantities are units, times are ISO 8601 in UTC. Answers may
gain fields and values in later versions: ignore those that you do not know. Send a mutation again with the same
Idempotency-Key after a lost answer or a 503.`;

/** Returns the OpenAPI document of the API. */
export function openApiDocument(api: CompiledApi): OpenApiDocument {
  const procedures = factsOf(api);
  const responses = new RefusalResponses(api.general.thrown);
  const paths = procedures.map((facts) => {
    const method = facts.type === 'mutation' ? 'post' : 'get';
    return [`/trpc/${facts.path}`, { [method]: operationOf(facts, responses) }] as const;
  });
  const schemas = [...api.schemas, ...refusalSchemas(api), ...procedures.flatMap(schemasOf)].toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return {
    openapi: '3.1.1',
    info: { title: 'commerce-core', version: '1', description, license: { name: 'MIT', identifier: 'MIT' } },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    servers: [{ url: '/' }],
    tags: [
      ...Array.from(api.nouns, ([name, doc]) => ({ name, ...(doc && { description: doc }) })),
      { name: 'file', description: 'Files that are sent and received as a whole.' },
      { name: 'webhook', description: 'Messages of providers, and events for subscribers.' },
    ],
    paths: { ...Object.fromEntries(paths), ...webhookPaths, ...filePaths } as OpenApiDocument['paths'],
    webhooks: sentWebhooks,
    components: {
      schemas: Object.fromEntries(schemas),
      responses: responses.shared,
      parameters,
      headers,
      securitySchemes,
    },
  };
}

const parameters = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Makes the call safe to repeat: the same key and input return the first answer, and change nothing. A caller ' +
      'without a token needs 20 characters.',
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
  },
  LastEventId: {
    name: 'Last-Event-ID',
    in: 'header',
    description: 'The id of the last event that was received: the stream continues after it.',
    schema: { type: 'string' },
  },
  RequestId: {
    name: 'X-Request-Id',
    in: 'header',
    description: 'An id for the logs; the response has it, too. Defaults to a random one.',
    schema: { type: 'string', pattern: '^[\\w.:=@/+-]{1,128}$' },
  },
};

const headers = {
  RequestId: { description: 'The id of the request in the logs.', schema: { type: 'string' } },
  RetryAfter: { description: 'In how many seconds to send it again.', schema: { type: 'integer' } },
};

const bearer = (bearerFormat: string, about: string) => ({
  type: 'http',
  scheme: 'bearer',
  bearerFormat,
  description: about,
});

const securitySchemes = {
  customer: bearer('JWT', "A customer's token of the shop's accounts. It opens the customer's own orders."),
  guest: bearer('cg_…', 'The `accessToken` of a guest’s order. It opens this order.'),
  operator: bearer('ck_…', 'An API key (`apiKey.create`). A procedure names the scope that the key needs.'),
};
