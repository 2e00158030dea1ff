import { access, type Access } from '../auth/access.ts';
import { keylessMutations } from './keyless-mutations.ts';
import { procedures } from '../trpc/procedures.ts';
import type { CompiledApi, CompiledProcedure } from './compiled-procedures.ts';
import { inputSchema, isOptional } from './input-schema.ts';
import { schemaRef, type JsonSchema } from './json-schema.ts';
import { object, refusalsOf, requestIdHeader, type RefusalResponses, type Refusals } from './refusals.ts';

/** All that is known of a procedure. */
export type ProcedureFacts = {
  path: string;
  type: 'query' | 'mutation' | 'subscription';
  doc: string;
  rule: Access;
  takesKey: boolean;
  /** Undefined for a procedure that takes no input. */
  input: JsonSchema | undefined;
  inputIsOptional: boolean;
  output: JsonSchema;
  refusals: Refusals;
  /** The codes that the procedure's own comment names. */
  ownCodes: ReadonlySet<string>;
};

/** Returns the facts of each procedure, in the order of the router. */
export const factsOf = (api: CompiledApi): ProcedureFacts[] =>
  Array.from(api.procedures, ([path, compiled]) => procedureFacts(path, compiled, api));

function procedureFacts(path: string, compiled: CompiledProcedure, { general }: CompiledApi): ProcedureFacts {
  const { _def } = procedures[path] ?? {};
  const rule = access[path];
  if (!_def || rule === undefined) throw new Error(`${path} is not a procedure that can be called`);
  const { type, inputs } = _def;
  const [input] = inputs;
  const takesKey = type === 'mutation' && !keylessMutations.includes(path);
  const facts = { isMutation: type === 'mutation', takesKey };
  return {
    path,
    type,
    doc: compiled.doc,
    rule,
    takesKey,
    input: input && described(inputSchema(input), compiled.inputDocs),
    inputIsOptional: !input || isOptional(input),
    output: compiled.output,
    ownCodes: new Set(compiled.thrown.map(({ code }) => code)),
    refusals: refusalsOf(compiled.thrown, general.thrown, facts),
  };
}

/** The schema with the comments of its fields, where the schema has none. */
function described({ properties, ...schema }: JsonSchema, docs: ReadonlyMap<string, string>): JsonSchema {
  if (!properties) return schema;
  const fields = Object.entries(properties).map(([name, field]) => {
    const description = docs.get(name);
    return [name, description === undefined ? field : { description, ...field }] as const;
  });
  return { ...schema, properties: Object.fromEntries(fields) };
}

/** `order.create` as the name of a function. */
export const operationId = (path: string): string =>
  path.replaceAll(/\.([a-z])/g, (_, letter: string) => letter.toUpperCase());

const schemaName = (path: string, part: 'Input' | 'Output'): string => {
  const id = operationId(path);
  return `${id.charAt(0).toUpperCase()}${id.slice(1)}${part}`;
};

/** The schemas of a procedure by their names, so that generated clients have a type for each. */
export const schemasOf = ({ path, input, output }: ProcedureFacts): [string, JsonSchema][] => [
  ...(input ? [[schemaName(path, 'Input'), input] as [string, JsonSchema]] : []),
  ...(output.$ref === undefined ? [[schemaName(path, 'Output'), output] as [string, JsonSchema]] : []),
];

/** The operation of a procedure, as OpenAPI describes it. */
export function operationOf(
  { path, type, doc, rule, takesKey, input, inputIsOptional, ...facts }: ProcedureFacts,
  responses: RefusalResponses,
) {
  const [noun = ''] = path.split('.');
  const inputRef = schemaRef(schemaName(path, 'Input'));
  const output = facts.output.$ref === undefined ? schemaRef(schemaName(path, 'Output')) : facts.output;
  const parameters = [
    ...(type !== 'mutation' && input ? [inputParameter(inputRef, inputIsOptional)] : []),
    ...(takesKey ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ...(type === 'subscription' ? [{ $ref: '#/components/parameters/LastEventId' }] : []),
    { $ref: '#/components/parameters/RequestId' },
  ];
  return {
    operationId: operationId(path),
    tags: [noun],
    summary: firstSentence(doc),
    description: doc,
    security: securityOf(rule),
    parameters,
    ...(type === 'mutation' && { requestBody: body(input ? inputRef : { type: 'object' }, !inputIsOptional) }),
    responses: { 200: answer(type, output), ...responses.of(facts.refusals, type === 'mutation') },
  };
}

/** The first sentence of a comment, on one line. */
export const firstSentence = (doc: string): string =>
  /^[^]*?[.:](?=\s|$)/.exec(doc)?.[0].replaceAll(/\s+/g, ' ').replace(/[.:]$/, '') ?? doc;

const inputParameter = (schema: JsonSchema, isOptionalInput: boolean) => ({
  name: 'input',
  in: 'query',
  description: 'The input as JSON, percent-encoded.',
  required: !isOptionalInput,
  content: { 'application/json': { schema } },
});

const body = (schema: JsonSchema, required: boolean) => ({ required, content: { 'application/json': { schema } } });

function answer(type: ProcedureFacts['type'], output: JsonSchema) {
  const headers = { 'x-request-id': requestIdHeader };
  if (type !== 'subscription')
    return {
      description: 'The answer.',
      headers,
      content: { 'application/json': { schema: object({ result: object({ data: output }) }) } },
    };
  return {
    description: streamDescription,
    headers,
    content: {
      'text/event-stream': {
        schema: { type: 'string', description: 'Server-sent events. `x-event-data` is the JSON in the data of each.' },
        'x-event-data': output,
      },
    },
  };
}

const streamDescription = `A stream of server-sent events. The first event, \`connected\`, has no data of the shop.
Each event without a name has an \`id\`, and the JSON of \`x-event-data\` in its data. An event \`serialized-error\`
has the \`error\` of a refusal in its data, and ends the stream; \`ping\` keeps the connection open; \`return\` ends
the stream.`;

/** Who may call: one of these. An empty requirement stands for callers without a token. */
function securityOf(rule: Access): Record<string, string[]>[] {
  if (rule === 'public') return [{}, { customer: [] }, { guest: [] }, { operator: [] }];
  return [
    ...(rule.visitor ? [{}] : []),
    ...(rule.customer ? [{ customer: [] }] : []),
    ...(rule.guest ? [{ guest: [] }] : []),
    { operator: rule.operator === 'any' ? [] : [rule.operator] },
  ];
}
