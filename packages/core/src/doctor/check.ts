import { quoted } from '../database/schema.ts';

/**
 * An invariant. `sentence` says what must hold; `query` answers the rows that break it, and must answer none. A query
 * never casts what a payload says: on broken data it has to find, not to fail.
 */
export type Check = { name: string; sentence: string; query: string };

/** Constants of the code as the rows of a VALUES list. */
export const tuples = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `(${quoted(row)})`).join(', ');

/** Each step that a state machine allows. */
export const stepsOf = (transitions: Record<string, readonly string[]>): [from: string, to: string][] =>
  Object.entries(transitions).flatMap(([from, all]) => all.map((to): [string, string] => [from, to]));
