import type { JsonSchema } from './json-schema.ts';

/** A schema in words, for a cell of a table. Named types are links to their headings. */
export function typeText(schema: JsonSchema): string {
  const { $ref, allOf, type, format, items, properties, additionalProperties } = schema;
  if ($ref !== undefined) return linkTo($ref.split('/').at(-1) ?? '');
  if (allOf) return allOf.map(typeText).join(' with ');
  if ('const' in schema) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(', ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(typeText).join(' or ');
  if (Array.isArray(type)) return type.map((each) => typeText({ ...schema, type: each })).join(' or ');
  if (type === 'array')
    return `list of ${items ? typeText(items) : 'anything'}${bounds(schema.minItems, schema.maxItems)}`;
  if (type === 'object' && properties) return objectText(schema);
  if (type === 'object' && typeof additionalProperties === 'object')
    return `object of ${typeText(additionalProperties)}`;
  if (type === undefined) return 'any JSON';
  const name = { uuid: 'id', 'date-time': 'time' }[format ?? ''] ?? type;
  if (type === 'string') return `${name}${bounds(schema.minLength, schema.maxLength, ' characters')}`;
  return `${name}${bounds(schema.minimum, schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : schema.maximum)}`;
}

const code = (value: unknown): string => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

export const linkTo = (name: string): string => `[${name}](#${name.toLowerCase()}-shape)`;

function objectText({ properties = {}, required = [] }: JsonSchema): string {
  const fields = Object.entries(properties).map(
    ([name, schema]) => `\`${name}\`${required.includes(name) ? '' : '?'}: ${typeText(schema)}`,
  );
  return `{ ${fields.join('; ')} }`;
}

const number = (value: number): string => value.toLocaleString('en-US');

function bounds(min: number | undefined, max: number | undefined, unit = ''): string {
  if (min === undefined && max === undefined) return '';
  if (max === undefined) return `, ${number(min ?? 0)}${unit} or more`;
  return min === undefined ? `, at most ${number(max)}${unit}` : `, ${number(min)} to ${number(max)}${unit}`;
}

/** A table of an object's fields. */
export function fieldTable({ properties = {}, required = [] }: JsonSchema): string[] {
  const rows = Object.entries(properties).map(([name, schema]) => {
    const { default: preset } = schema;
    const notes = [
      ...(required.includes(name) ? [] : [preset === undefined ? 'optional' : `defaults to ${code(preset)}`]),
      ...(schema.description === undefined ? [] : [oneLine(schema.description)]),
    ];
    return `| \`${name}\` | ${cell(typeText(schema))} | ${cell(notes.join('. '))} |`;
  });
  return ['| field | type | notes |', '| --- | --- | --- |', ...rows];
}

export const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
export const cell = (text: string): string => text.replaceAll('|', '\\|');
