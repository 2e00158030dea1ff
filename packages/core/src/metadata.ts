import { z } from 'zod';
import { withJsonShape } from './json-shape.ts';
import { isStorable } from './text.ts';

const bytesMax = 4_096;
// Far below the depth at which JSON.stringify or PostgreSQL runs out of stack.
const depthMax = 32;

const tooLarge = `must not exceed ${bytesMax} bytes of JSON, with numbers written without exponents`;

/** What JSON can say. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/**
 * The shop's own facts about an order or a product: a JSON object of at most 4,096 bytes and 32 levels, which is stored
 * as it was sent. A value that PostgreSQL or JavaScript would change is refused: a whole number beyond ±(2^53 - 1), and
 * the key `__proto__`.
 */
export const metadata = withJsonShape(
  z.custom<Record<string, JsonValue>>().check((context) => {
    const message = isPlainObject(context.value) ? problemOf(context.value) : 'must be an object';
    if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
  }),
  {
    kind: 'written',
    schema: {
      type: 'object',
      description: `The shop's own facts: at most ${bytesMax} bytes of JSON and ${depthMax} levels.`,
      additionalProperties: true,
    },
  },
);

/** Returns why a value can't be stored. The walk ends at the first byte or level too many. */
function problemOf(root: object): string | undefined {
  let bytes = 0;
  const visit = (value: unknown, level: number): string | undefined => {
    if (level > depthMax) return `must not be nested deeper than ${depthMax} levels`;
    if (typeof value === 'object' && value !== null) return visitEntries(value, level);
    bytes += bytesOf(value, bytesMax - bytes);
    return bytes > bytesMax ? tooLarge : scalarProblem(value);
  };
  const visitEntries = (value: object, level: number): string | undefined => {
    const isArray = Array.isArray(value);
    if (!isArray && !isPlainObject(value)) return notJson;
    const size = isArray ? value.length : Object.keys(value).length;
    // Brackets, commas and, in an object, colons.
    bytes += 2 + Math.max(0, size - 1) + (isArray ? 0 : size);
    if (bytes > bytesMax) return tooLarge;
    if (!isArray && Object.hasOwn(value, '__proto__')) return 'must not contain the key __proto__';
    for (const inner of isArray ? value : Object.entries(value).flat()) {
      const problem = visit(inner, level + 1);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
  return visit(root, 1);
}

const notJson = 'must contain only JSON values';

function scalarProblem(value: unknown): string | undefined {
  if (value === null || typeof value === 'boolean') return undefined;
  if (typeof value === 'string')
    return isStorable(value) ? undefined : 'must not contain characters that cannot be stored';
  if (typeof value !== 'number' || !Number.isFinite(value)) return notJson;
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    return 'must not contain whole numbers beyond ±(2^53 - 1), which lose digits; send them as text';
  return undefined;
}

/** The bytes of a scalar in PostgreSQL's text of it. A text of more than `max` characters is not read. */
function bytesOf(value: unknown, max: number): number {
  if (typeof value === 'string') return value.length > max ? value.length : Buffer.byteLength(JSON.stringify(value));
  const text = String(value);
  // PostgreSQL writes 5e-324 with 324 decimals.
  const exponent = typeof value === 'number' ? Math.abs(Number(/e(.*)$/.exec(text)?.[1] ?? 0)) : 0;
  return text.length + exponent;
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
