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

/** Units of each order line that refunds have put back on sale, or that were canceled one by one. */
export const putBack = `
  select order_id, line_no, sum(quantity) as quantity from (
    select order_id, line_no, quantity from "commerce"."refund_lines" where restock
    union all select order_id, line_no, canceled_qty from "commerce"."order_lines" where canceled_qty > 0
  ) unit group by order_id, line_no`;

const numberIn = (field: string): string =>
  `case when jsonb_typeof(unit -> '${field}') = 'number' then (unit ->> '${field}')::numeric end`;

/** The units of each cancellation of units, as their events recorded them. */
export const canceledUnits = `
  select e.aggregateid as order_id, e.payload ->> 'cancellationId' as cancellation_id, ${numberIn('lineNo')} as line_no,
    ${numberIn('quantity')} as quantity
  from "commerce"."events" e,
    lateral jsonb_array_elements(case when jsonb_typeof(e.payload -> 'lines') = 'array' then e.payload -> 'lines'
      else '[]' end) unit
  where e.type = 'order.lines_canceled'`;

/** Returns constants of the code as the rows of a SQL VALUES list. */
export const tuples = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `(${quoted(row)})`).join(', ');

/** Returns every transition that a state machine allows. */
export const transitionPairs = (transitions: Record<string, readonly string[]>): [from: string, to: string][] =>
  Object.entries(transitions).flatMap(([from, all]) => all.map((to): [string, string] => [from, to]));
