import { v7 } from 'uuid';
import { z } from 'zod';

/** A new UUID v7: minted before the transaction, so that a lost answer can be looked up by it. */
export const newId = (): string => v7();

/** An id as a caller gives it, in PostgreSQL's own lower-case form. */
export const id = z.guid().toLowerCase();
