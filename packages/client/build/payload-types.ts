/** As much of JSON Schema as the schemas of events use. */
export type PayloadSchema = {
  type?: string | string[];
  description?: string;
  properties?: Record<string, PayloadSchema>;
  required?: string[];
  items?: PayloadSchema;
  enum?: unknown[];
  const?: unknown;
  anyOf?: PayloadSchema[];
};

/**
 * Writes the types of events' payloads as a module of declarations, so that they need no schema library.
 * @param schemas the JSON Schema of each type of event
 */
export function payloadTypes(schemas: ReadonlyMap<string, PayloadSchema>): string {
  const members = Array.from(schemas, ([type, schema]) => `${comment(schema)}'${type}': ${typeOf(schema)};`);
  return [
    `export type EventPayloads = {\n${members.join('\n')}\n};`,
    'export type EventType = keyof EventPayloads;',
    '',
  ].join('\n');
}

function typeOf(schema: PayloadSchema): string {
  if ('const' in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.anyOf) return schema.anyOf.map((member) => `(${typeOf(member)})`).join(' | ');
  const { type } = schema;
  if (Array.isArray(type)) return type.map((member) => typeOf({ ...schema, type: member })).join(' | ');
  switch (type) {
    case 'object':
      return objectType(schema);
    case 'array':
      return `(${schema.items ? typeOf(schema.items) : 'unknown'})[]`;
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case undefined:
    default:
      throw new Error(`no type is known for ${JSON.stringify(schema)}`);
  }
}

function objectType({ properties = {}, required = [] }: PayloadSchema): string {
  const members = Object.entries(properties).map(
    ([name, member]) => `${comment(member)}${name}${required.includes(name) ? '' : '?'}: ${typeOf(member)};`,
  );
  return `{\n${members.join('\n')}\n}`;
}

const comment = ({ description }: PayloadSchema): string => (description ? `/** ${description} */\n` : '');
