import { z } from 'zod';

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

/** The name of a payment gateway. */
export const providerName = line(50);
