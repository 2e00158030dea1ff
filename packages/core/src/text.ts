import { z } from 'zod';
import { withJsonShape } from './json-shape.ts';

/** Whether PostgreSQL can store a text: it has no NUL and no half of a surrogate pair. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

const unprintable = 'must not contain control characters';

/** One line of text, trimmed, of 1 to `lengthMax` characters. */
export const line = (lengthMax: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(lengthMax, { abort: true })
    .refine((text) => isStorable(text) && !/\p{Cc}/u.test(text), unprintable);

/** Text of 1 to `lengthMax` characters, trimmed, which may have several lines. */
export const paragraphs = (lengthMax: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(lengthMax, { abort: true })
    .refine((text) => isStorable(text) && !/[^\P{Cc}\n\r\t]/u.test(text), unprintable);

/**
 * A text that may be left out, for the fields of forms: null, and a text without any character but spaces, mean that it
 * was not given. Any other text must fit `schema`.
 */
export const optionalText = (schema: z.ZodType<string, string>) =>
  withJsonShape(z.string().nullable(), { kind: 'optionalText', text: schema })
    .transform((text) => (text === null || text.trim() === '' ? undefined : text))
    .pipe(schema.optional())
    .optional();

/** One line of text that may be left out, of at most `lengthMax` characters. */
export const optionalLine = (lengthMax: number) => optionalText(line(lengthMax));

/** A text of 1 to `lengthMax` characters, trimmed, which may have several lines. */
export const text = (lengthMax: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(lengthMax, { abort: true })
    .refine((value) => isStorable(value) && !/[^\P{Cc}\n\r\t]/u.test(value), unprintable);

/** The name of a payment gateway. */
export const providerName = line(50);

/** A body as it arrived: as text, or in base64 when it isn't UTF-8. */
export type BodyText = { text: string } | { base64: string };

export function bodyText(rawBody: Buffer): BodyText {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(rawBody) };
  } catch {
    return { base64: rawBody.toString('base64') };
  }
}
