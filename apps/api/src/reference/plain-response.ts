import type { ErrorCode } from '@commerce-core/core';
import type { JsonSchema } from './json-schema.ts';
import { anyRefusal, object } from './refusals.ts';

/** The refusals of a route that is no procedure. */
export const refusal = (description: string, codes: readonly ErrorCode[]) => ({
  description,
  content: {
    'application/json': {
      schema: object({ error: { allOf: [object({ message: { type: 'string' } }), anyRefusal(codes)] } }),
    },
  },
});

/** An answer of a route that is no procedure. */
export const answer = (description: string, schema: JsonSchema) => ({
  description,
  content: { 'application/json': { schema } },
});
