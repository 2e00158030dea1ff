import type { z } from 'zod';

/** What the JSON Schema of an input says of a part that is checked by code of its own. */
export type JsonShape =
  | { kind: 'list'; item: z.ZodType; min: number; max: number }
  /** A text that may be left out, where null and an empty text count as not given. */
  | { kind: 'optionalText'; text: z.ZodType }
  | { kind: 'written'; schema: { type: string; description?: string; pattern?: string; additionalProperties?: true } };

const shapes = new WeakMap<z.core.$ZodType, JsonShape>();

/** Returns the schema, of which the API's document is to have this shape. It checks nothing. */
export function withJsonShape<T extends z.ZodType>(schema: T, shape: JsonShape): T {
  shapes.set(schema, shape);
  return schema;
}

/** The shape of a part of an input that zod cannot write as JSON Schema. */
export const jsonShapeOf = (schema: z.core.$ZodType): JsonShape | undefined => shapes.get(schema);
