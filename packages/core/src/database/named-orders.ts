import { uuids, type Parameter } from '@commerce-core/pg-pipeline';

/** Names orders by their own ids and by the ids of their payments. */
export type OrderNames = { orderIds?: readonly string[]; paymentIds?: readonly string[] };

/**
 * SQL: is one of the orders $1, or of the orders of the payments $2; `parametersOf` makes both. An array and not a
 * join: with statistics from when the tables were small, a join is planned from the wrong side.
 */
export const isNamedOrder =
  '= any($1::uuid[] || array(select "order_id" from "commerce"."payments" where "id" = any($2::uuid[])))';

/** The parameters of `isNamedOrder`. */
export const parametersOf = ({ orderIds = [], paymentIds = [] }: OrderNames): Parameter[] => [
  uuids(orderIds),
  uuids(paymentIds),
];
