import { z } from 'zod';

/** A comma-separated list. Spaces around its parts and empty parts are dropped. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
