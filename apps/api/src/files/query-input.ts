import { CommerceError, validationError } from '@commerce-core/core';
import { z } from 'zod';
import { invalidEncoding } from '../http/read-json.ts';
import { isUrlInUtf8, searchOf } from '../http/url.ts';

/**
 * Reads the query of an address as the input that a schema describes. A number is written in digits, a boolean as
 * `true` or `false`; each parameter stands there once.
 * @throws invalid_encoding when the query is not in UTF-8
 * @throws validation_failed when a parameter is unknown, given twice or out of its bounds
 */
export function queryInput<S extends z.ZodObject>(schema: S, url: string): z.output<S> {
  if (!isUrlInUtf8(url)) throw invalidEncoding();
  const parameters = new URLSearchParams(searchOf(url));
  const twice = [...new Set(parameters.keys())].find((name) => parameters.getAll(name).length > 1);
  if (twice !== undefined) throw given(twice, 'must be given once');
  const input = Object.fromEntries([...parameters].map(([name, text]) => [name, valueOf(schema.shape[name], text)]));
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw validationError(parsed.error);
}

function given(path: string, message: string): CommerceError {
  return new CommerceError('validation_failed', `${path}: ${message}`, { issues: [{ path, message }] });
}

/** A text that is not of the field's type is left to the schema, which refuses it. */
function valueOf(field: unknown, text: string): unknown {
  const type = bare(field);
  if (type instanceof z.ZodNumber) return /^\d{1,15}$/.test(text) ? Number(text) : text;
  if (type instanceof z.ZodBoolean) return text === 'true' || (text === 'false' ? false : text);
  return text;
}

const bare = (field: unknown): unknown =>
  field instanceof z.ZodOptional || field instanceof z.ZodDefault ? bare(field.unwrap()) : field;
