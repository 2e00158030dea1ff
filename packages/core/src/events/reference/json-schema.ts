import { z } from 'zod';
import { schemaUri } from '../cloud-event.ts';
import { eventPayloads, type EventType } from '../payloads.ts';

/** What this project uses of JSON Schema, draft 2020-12. */
export type JsonSchema = {
  $schema?: string;
  $id?: string;
  title?: string;
  description?: string;
  type?: string | string[];
  format?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  examples?: unknown[];
};

/**
 * Returns the JSON Schema of an event's payload. It allows further properties, which this shop never sends: a
 * subscriber that validates by the schema of an older version takes a field that was added since.
 */
export function payloadSchema(type: EventType, example: object): JsonSchema {
  const generated = z.toJSONSchema(eventPayloads[type], {
    override: ({ jsonSchema }) => {
      delete jsonSchema.additionalProperties;
      // zod's pattern of a format changes with its version.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  });
  // zod's type allows all of JSON Schema, also boolean schemas, which it doesn't generate for these payloads.
  const { $schema, ...rest } = generated as JsonSchema;
  return { $schema, $id: schemaUri(type), title: type, ...sorted(rest), examples: [example] };
}

/** The schema with its description first, then the fields of the object in zod's order. */
const sorted = ({ description, type, ...rest }: JsonSchema): JsonSchema => ({ description, type, ...rest });

/** The text of a schema's file. */
export const schemaText = (schema: JsonSchema): string => `${JSON.stringify(schema, null, 2)}\n`;
