import { readFileSync } from 'node:fs';
import type { HttpBindings } from '@hono/node-server';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { serve } from '../http/serve.ts';
import type { JsonSchema } from '../reference/json-schema.ts';

type App = Parameters<typeof serve>[0];
type Content = { content?: Record<string, { schema: JsonSchema; 'x-event-data'?: JsonSchema }>; $ref?: string };
type Parameter = { name?: string; content?: Record<string, { schema: JsonSchema }> };
type Operation = {
  parameters: Parameter[];
  requestBody?: Required<Pick<Content, 'content'>>;
  responses: Record<string, Content>;
};
type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema>; responses: Record<string, Content> };
};

const formats = {
  uuid: /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/,
  int64: true,
} as const;

/** The OpenAPI document of the API as clients get it. */
export const readDocument = (): Document =>
  JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8')) as Document;

/** Checks inputs and answers by the OpenAPI document. An answer may have no field that the document doesn't have. */
export class DocumentCheck {
  readonly #document = readDocument();
  readonly #ajv = new Ajv2020({ strict: false, formats });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor() {
    const { schemas } = this.#document.components;
    const each = (change: (schema: JsonSchema) => JsonSchema) =>
      Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, change(schema)]));
    this.#ajv.addSchema({ $id: 'document', components: { schemas: each(opened), closed: each(closed) } });
  }

  /** What is wrong with an answer of a procedure; '' when the document has it. */
  answer(path: string, status: number, body: unknown): string {
    return this.response(`/trpc/${path}`, status, body);
  }

  /** What is wrong with the response of a path of the document. */
  response(path: string, status: number, body: unknown): string {
    const operation = this.#operationAt(path);
    if (!operation) return `the document has no ${path}`;
    const given = operation.responses[status];
    const name = given?.$ref?.split('/').at(-1);
    const response = name === undefined ? given : this.#document.components.responses[name];
    const schema = response?.content?.['application/json']?.schema;
    if (!schema) return `${path}: the document has no answer ${status}, which was ${JSON.stringify(body)}`;
    return this.#problem(`${path} ${status}`, closed(schema), body);
  }

  /** What is wrong with an event of a stream. */
  event(path: string, data: unknown): string {
    const schema = this.#operationOf(path)?.responses['200']?.content?.['text/event-stream']?.['x-event-data'];
    return schema ? this.#problem(`${path}, an event`, closed(schema), data) : `${path} is not a stream`;
  }

  /** What is wrong with an input. */
  input(path: string, input: unknown): string {
    const { parameters = [], requestBody } = this.#operationOf(path) ?? {};
    const { content } = requestBody ?? parameters.find(({ name }) => name === 'input') ?? {};
    const schema = content?.['application/json']?.schema;
    return schema ? this.#problem(`${path}, the input`, closed(schema), input) : '';
  }

  #operationOf(path: string): Operation | undefined {
    return this.#operationAt(`/trpc/${path}`);
  }

  #operationAt(path: string): Operation | undefined {
    const item = this.#document.paths[path];
    return item?.['get'] ?? item?.['post'];
  }

  #problem(what: string, schema: JsonSchema, value: unknown): string {
    const validate = this.#validators.get(what) ?? this.#ajv.compile(schema);
    this.#validators.set(what, validate);
    if (validate(value)) return '';
    return `${what}: ${this.#ajv.errorsText(validate.errors)}, in ${JSON.stringify(value)?.slice(0, 2_000)}`;
  }
}

/**
 * The schema without the freedom to have further fields. Members of `allOf` are parts of an object, so they keep it.
 */
function closed(schema: JsonSchema): JsonSchema {
  if (schema.$ref !== undefined)
    return { $ref: schema.$ref.replace('#/components/schemas/', 'document#/components/closed/') };
  if (schema.allOf) return { ...opened(schema), unevaluatedProperties: false } as JsonSchema;
  const { properties, additionalProperties = false, anyOf, oneOf } = schema;
  return {
    ...opened(schema),
    ...(properties && { additionalProperties }),
    ...(anyOf && { anyOf: anyOf.map(closed) }),
    ...(oneOf && { oneOf: oneOf.map(closed) }),
  };
}

function opened({ discriminator: _, ...schema }: JsonSchema): JsonSchema {
  const { $ref, properties, items, additionalProperties, allOf, anyOf, oneOf } = schema;
  return {
    ...schema,
    ...($ref !== undefined && { $ref: `document${$ref}` }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, closed(property)])),
    }),
    ...(items && { items: closed(items) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: closed(additionalProperties) }),
    ...(allOf && { allOf: allOf.map(opened) }),
    ...(anyOf && { anyOf: anyOf.map(opened) }),
    ...(oneOf && { oneOf: oneOf.map(opened) }),
  };
}

/** Serves an app, and checks each answer of a procedure by the document. */
export function checkAnswers(app: App): { app: App; problems: string[]; answered: Set<string> } {
  const check = new DocumentCheck();
  const problems: string[] = [];
  const answered = new Set<string>();
  const checkCall = (path: string, status: number, body: unknown) => {
    // Unknown procedures, and methods that a procedure doesn't have, are in no document.
    if (status === 405 || (status === 404 && hasCode(body, 'not_found'))) return;
    const problem = check.answer(path, status, body);
    if (problem !== '') problems.push(problem);
    else if (status === 200) answered.add(path);
  };
  const fetch: App['fetch'] = async (request, env, ...rest) => {
    const response = await app.fetch(request, env, ...rest);
    // The caller is gone, and reads no response.
    if ((env as HttpBindings | undefined)?.incoming.complete === false) return response;
    const { pathname, searchParams } = new URL(request.url);
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    // 499: the client is no longer there.
    if (!pathname.startsWith('/trpc/') || !isJson || response.status === 499) return response;
    const text = await response.clone().text();
    const body: unknown = JSON.parse(text);
    const paths = decodeURIComponent(pathname.slice('/trpc/'.length)).split(',');
    if (searchParams.has('batch') && Array.isArray(body)) {
      for (const [index, each] of body.entries()) checkCall(paths[index] ?? '', statusIn(each), each);
    } else if (paths.length === 1) checkCall(paths[0] ?? '', response.status, body);
    return response;
  };
  return { app: { fetch }, problems, answered };
}

type Wire = { error?: { data?: { httpStatus?: number; commerce?: { code?: string } } } };

const statusIn = (body: Wire): number => body.error?.data?.httpStatus ?? 200;
const hasCode = (body: unknown, code: string): boolean => (body as Wire).error?.data?.commerce?.code === code;
