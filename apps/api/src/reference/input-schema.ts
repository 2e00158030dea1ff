import { jsonShapeOf, type JsonShape } from '@commerce-core/core';
import { z } from 'zod';
import type { JsonSchema } from './json-schema.ts';

/**
 * Writes an input's schema as JSON Schema, with its bounds, patterns and defaults. Rules across several fields are not
 * in it: the API refuses an input that breaks one with `validation_failed`.
 */
export function inputSchema(input: z.ZodType): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(input, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const shape = jsonShapeOf(zodSchema);
      if (shape) replace(jsonSchema, shapeOf(shape));
      // zod's pattern of a format changes with its version.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      if (jsonSchema.type === 'integer') jsonSchema.format = 'int64';
    },
  });
  // zod's type allows all of JSON Schema, also boolean schemas, which it doesn't generate for these inputs.
  const own = schema as JsonSchema;
  for (const [name, { description: __, ...field }] of Object.entries(own.properties ?? {}))
    if (Object.keys(field).length === 0)
      throw new Error(`${name} is checked by code of its own, and has no shape (withJsonShape)`);
  return own;
}

/** Whether a procedure can be called without an input. */
export const isOptional = (input: z.ZodType): boolean => input.safeParse(undefined).success;

function replace(target: object, schema: object): void {
  for (const key of Object.keys(target)) Reflect.deleteProperty(target, key);
  Object.assign(target, schema);
}

function shapeOf(shape: JsonShape): object {
  switch (shape.kind) {
    case 'list':
      return { type: 'array', items: inputSchema(shape.item), minItems: shape.min, maxItems: shape.max };
    case 'optionalText': {
      const { maxLength } = inputSchema(shape.text);
      const description = 'Null or an empty text counts as not given.';
      return { type: ['string', 'null'], description, ...(maxLength !== undefined && { maxLength }) };
    }
    case 'written':
      return shape.schema;
  }
}
