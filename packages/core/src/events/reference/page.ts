import { aggregateTypes, type AggregateType } from '../event.ts';
import type { CloudEvent } from '../cloud-event.ts';
import { endpointEventPayloads, orderEventPayloads, productEventPayloads } from '../payloads.ts';
import type { JsonSchema } from './json-schema.ts';

/** The fields of payloads that take any text, with whose text it is. A test finds a field that isn't here. */
export const freeTexts: Record<string, string> = {
  customerId: 'the id of the customer in the accounts of the shop: the one field that belongs to a person',
  provider: 'the name of a payment gateway',
  failureCode: 'the code that a gateway gives for a failure',
  gatewayDisputeId: 'the id that a gateway gives a dispute',
  carrier: 'the name of a carrier, given by an operator',
  trackingNumber: 'the number that a carrier gives a parcel, entered by an operator',
  reason: 'why the stock changed, or units or an order were canceled, given by an operator',
  sku: 'the article number of a product, given by an operator',
  name: 'the name of a product, given by an operator',
  from: 'the former name of a product',
};

const introduction = (example: CloudEvent, schemas: readonly JsonSchema[]): string => `# Events

<!-- Written by packages/core/src/events/reference/reference.test.ts from packages/core/src/events/payloads.ts: change that. -->

The ${schemas.length} types of events, which the shop records in the transaction of the fact and keeps for ever. Each
has a JSON Schema (draft 2020-12) in [packages/core/schemas](../../packages/core/schemas).

## Envelope

Every way out sends an event as a [CloudEvent 1.0](https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md) in JSON:

\`\`\`json
${JSON.stringify(example, null, 2)}
\`\`\`

| attribute | meaning |
| --- | --- |
| \`id\` | The event's own id. It is the same on every try, so that a subscriber can ignore what it has already handled. |
| \`source\` | The shop. |
| \`type\` | One of the types below. |
| \`subject\` | The aggregate: \`order/<id>\`, \`product/<id>\` or \`endpoint/<id>\`. |
| \`time\` | The time of the transaction that recorded the event. |
| \`dataschema\` | The \`$id\` of the type's JSON Schema. |
| \`sequence\` | The aggregate's version: it counts the aggregate's events from 1, without gaps. It has 10 digits, so that it sorts as text. |
| \`position\` | Where the event stands in the feed, \`epoch.number\`. Reading goes on after it. |
| \`traceparent\` | The W3C trace context of the call that recorded the event, where it is known. |
| \`data\` | The payload, by the tables below. |

The keys have one order, and a payload's keys have the order of its schema. So the bytes of an event are the same on
every try.

## How a payload changes

The schemas in the repository are the contract. A type may gain an optional field, or a value in a list of values.
Anything else would break stored events or subscribers, and is a new type. So ignore fields that you don't know, and
expect values that you don't know.

## Personal data

No payload has a shopper's name, mail, phone, address, reference, metadata or notes. A subscriber that needs them asks
the API. \`customerId\` in \`order.created\` is the one exception: it is a pseudonym, and an order whose \`customerId\`
looks like an e-mail address is refused.
These fields take any text:

${Object.entries(freeTexts)
  .map(([field, meaning]) => `- \`${field}\`: ${meaning}`)
  .join('\n')}
`;

const aggregates: Record<AggregateType, { types: readonly string[]; heading: string }> = {
  order: { types: Object.keys(orderEventPayloads), heading: 'Events of an order' },
  product: { types: Object.keys(productEventPayloads), heading: 'Events of a product' },
  endpoint: { types: Object.keys(endpointEventPayloads), heading: 'Events of a webhook endpoint' },
};

/** The page docs/reference/events.md. `schemas` are in the order of the payloads. */
export const referencePage = (schemas: readonly JsonSchema[], example: CloudEvent): string =>
  [introduction(example, schemas), ...aggregateTypes.map((aggregate) => aggregateSection(aggregate, schemas))].join(
    '\n',
  );

function aggregateSection(aggregate: AggregateType, schemas: readonly JsonSchema[]): string {
  const { types, heading } = aggregates[aggregate];
  const sections = schemas
    .filter(({ title }) => title !== undefined && types.includes(title))
    .map((schema) => typeSection(aggregate, schema));
  return [`## ${heading}\n`, ...sections].join('\n');
}

const typeSection = (aggregate: AggregateType, schema: JsonSchema): string => `### ${schema.title}

${schema.description} Aggregate: ${aggregate}. [Schema](../../packages/core/schemas/${schema.title}.json).

| field | type | meaning |
| --- | --- | --- |
${rows(schema).join('\n')}

\`\`\`json
${JSON.stringify(schema.examples?.[0], null, 2)}
\`\`\`
`;

function rows({ properties = {}, required = [] }: JsonSchema, prefix = ''): string[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const isOptional = !required.includes(name);
    const field = `${prefix}${name}`;
    const type = `${typeText(schema)}${isOptional ? ', may be missing' : ''}`;
    const row = `| \`${field}\` | ${type} | ${schema.description ?? ''} |`;
    return [row, ...(schema.items ? rows(schema.items, `${field}[].`) : [])];
  });
}

function typeText(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.anyOf) return schema.anyOf.map(typeText).join(' or ');
  if (Array.isArray(schema.type)) return schema.type.join(' or ');
  if (schema.type === 'integer') return `integer${rangeText(schema)}`;
  if (schema.minLength !== undefined) return `${schema.type} of ${schema.minLength} characters`;
  return schema.format ?? (schema.type === 'array' ? 'list' : (schema.type ?? ''));
}

function rangeText({ minimum = -Infinity, maximum = Infinity }: JsonSchema): string {
  const from = minimum === Number.MIN_SAFE_INTEGER ? '−(2^53 − 1)' : String(minimum);
  return ` from ${from} to ${maximum === Number.MAX_SAFE_INTEGER ? '2^53 − 1' : String(maximum)}`;
}
