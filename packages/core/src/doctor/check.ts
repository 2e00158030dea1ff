import { quoted } from '../database/schema.ts';

/** An invariant as a query. */
export type Check = {
  /** Public: operators and alerts know a check by it. */
  name: string;
  /** What must hold, for an operator. */
  sentence: string;
  /**
   * Returns the rows that break the invariant, with the ids and numbers that show why. It casts no value of a JSON
   * payload, because a cast fails on a corrupt value that the query should find.
   */
  query: string;
};

/** Units of each order line that refunds have put back on sale. */
export const putBack = `
  select order_id, line_no, sum(quantity) as quantity from "commerce"."refund_lines" where restock group by order_id, line_no`;

/** Returns constants of the code as the rows of a SQL VALUES list. */
export const tuples = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `(${quoted(row)})`).join(', ');

/** Returns every transition that a state machine allows. */
export const transitionPairs = (transitions: Record<string, readonly string[]>): [from: string, to: string][] =>
  Object.entries(transitions).flatMap(([from, all]) => all.map((to): [string, string] => [from, to]));
