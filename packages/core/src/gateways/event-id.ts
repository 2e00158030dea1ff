import { line } from '../text.ts';

const eventId = line(300);

/**
 * Whether this can be stored as a gateway's id of an event: 1 to 300 characters on one line. An id with white space at
 * its ends is none, because ids are compared as they came.
 */
export const isEventId = (id: unknown): id is string =>
  typeof id === 'string' && eventId.safeParse(id).success && id === id.trim();
