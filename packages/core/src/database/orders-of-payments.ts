/**
 * SQL: is one of the orders of the payments $1. An array and not a join: with statistics from when the tables were small,
 * a join is planned from the wrong side.
 */
export const isOrderOfPayments =
  '= any(array(select "order_id" from "commerce"."payments" where "id" = any($1::uuid[])))';
