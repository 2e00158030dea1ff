import { returnTransitions } from '../returns/return.ts';
import type { Check } from './check.ts';
import { recordedChecks } from './recorded-checks.ts';
import { returnStatusRecorded } from './recorded-statuses.ts';
import { hasLeft } from './shipment-checks.ts';

/** Units of a return line that no other return can have. */
const claimed = `case when r.status in ('DECLINED', 'CANCELED') then 0
  when r.status = 'CLOSED' and r.goods = 'EXPECTED' then l.received_qty else l.requested_qty end`;

/** Units of a return line `l` of a return `r` that are refunded or replaced. */
export const owed = `case when r.goods = 'EXPECTED' then l.received_qty
  when r.status in ('APPROVED', 'CLOSED') then l.requested_qty else 0 end`;

/**
 * Units of each return line in refunds of the return. A refund that succeeded after its failure was reported is left
 * out, because another one may have been made meanwhile.
 */
const refunded = `
  select f.return_id, l.line_no, sum(l.quantity) as quantity
  from "commerce"."refunds" f join "commerce"."refund_lines" l on l.refund_id = f.id
  where f.return_id is not null and f.status <> 'FAILED' and not exists (
    select from "commerce"."events" e where e.aggregateid = f.order_id and e.type = 'refund.failed'
      and e.payload ->> 'refundId' = f.id::text)
  group by f.return_id, l.line_no`;

/** Units of each return line in shipments that replace them. */
const replacements = `
  select s.return_id, l.line_no, sum(l.quantity) as quantity
  from "commerce"."shipments" s join "commerce"."shipment_lines" l on l.shipment_id = s.id
  where s.return_id is not null and s.status <> 'CANCELED' group by s.return_id, l.line_no`;

/** Units by product that returns have restocked and replaced, and the stock movements for them. */
const movedByReturns = `
  select product_id, sum(restocked) as restocked, sum(replaced) as replaced, sum(returned) as returned,
    sum(taken) as taken
  from (
    select o.product_id, l.restocked_qty as restocked, l.replaced_qty as replaced, 0 as returned, 0 as taken
    from "commerce"."return_lines" l
    join "commerce"."order_lines" o on o.order_id = l.order_id and o.line_no = l.line_no
    union all
    select product_id, 0, 0, case when kind = 'RETURNED' then quantity else 0 end,
      case when kind = 'RETURNED' then 0 else -quantity end
    from "commerce"."stock_movements" where kind in ('RETURNED', 'REPLACED')
      or kind = 'RESTOCKED' and cause_id in (select id from "commerce"."shipments" where return_id is not null)
  ) moved group by product_id`;

export const returnChecks: readonly Check[] = [
  {
    name: 'return_within_shipped',
    sentence: 'At most the units of a product line that have left are in returns that were not declined or canceled.',
    query: `
      select l.order_id as "orderId", l.line_no as "lineNo", coalesce(sent.quantity, 0) as "shippedQty",
        sum(${claimed}) as "claimedQty", sum(l.received_qty) as "receivedQty"
      from "commerce"."return_lines" l
      join "commerce"."returns" r on r.id = l.return_id
      left join (
        select l.order_id, l.line_no, sum(l.quantity) as quantity
        from "commerce"."shipments" s join "commerce"."shipment_lines" l on l.shipment_id = s.id
        where ${hasLeft} group by l.order_id, l.line_no
      ) sent on sent.order_id = l.order_id and sent.line_no = l.line_no
      group by l.order_id, l.line_no, sent.quantity
      having greatest(sum(${claimed}), sum(l.received_qty)) > coalesce(sent.quantity, 0)`,
  },
  {
    name: 'return_lines_add_up',
    sentence:
      'The units of a return line that came back are those that were restocked or written off, ' +
      'with those that are missing at most the requested ones, and exactly those once the return is closed; ' +
      'nothing came back otherwise.',
    query: `
      select l.return_id as "returnId", l.order_id as "orderId", l.line_no as "lineNo", r.status, r.goods,
        l.requested_qty as "requestedQty", l.received_qty as "receivedQty", l.restocked_qty as "restockedQty",
        l.written_off_qty as "writtenOffQty", l.missing_qty as "missingQty"
      from "commerce"."return_lines" l join "commerce"."returns" r on r.id = l.return_id
      where l.received_qty <> l.restocked_qty + l.written_off_qty
        or l.received_qty + l.missing_qty > l.requested_qty
        or r.status = 'CLOSED' and r.goods = 'EXPECTED' and l.received_qty + l.missing_qty <> l.requested_qty
        or (r.status not in ('RECEIVED', 'CLOSED') or r.goods = 'KEPT') and l.received_qty + l.missing_qty <> 0`,
  },
  {
    name: 'return_is_not_empty',
    sentence: 'Every return has a line, and only lines of products.',
    query: `
      select r.id as "returnId", r.order_id as "orderId", l.line_no as "lineNo", o.kind
      from "commerce"."returns" r
      left join "commerce"."return_lines" l on l.return_id = r.id
      left join "commerce"."order_lines" o on o.order_id = l.order_id and o.line_no = l.line_no
      where o.kind is distinct from 'PRODUCT'`,
  },
  {
    name: 'return_settled_once',
    sentence:
      'At most the units of a return that came back, or are kept, are refunded, left out of the capture, ' +
      'exchanged or replaced, and a replacement has its shipment.',
    query: `
      select r.id as "returnId", r.order_id as "orderId", l.line_no as "lineNo", ${owed} as "owedQty",
        coalesce(f.quantity, 0) as "refundedQty", l.replaced_qty as "replacedQty", l.released_qty as "releasedQty",
          coalesce(s.quantity, 0) as "sentQty"
      from "commerce"."returns" r
      join "commerce"."return_lines" l on l.return_id = r.id
      left join (${refunded}) f on f.return_id = l.return_id and f.line_no = l.line_no
      left join (${replacements}) s on s.return_id = l.return_id and s.line_no = l.line_no
      where l.replaced_qty <> coalesce(s.quantity, 0) or coalesce(f.quantity, 0) + l.replaced_qty + l.released_qty
        > ${owed}`,
  },
  {
    name: 'return_refund_is_what_was_paid',
    sentence:
      'A refund of a return is what was paid for its units, less its fees. ' +
      'It has no units where an exchange has settled them.',
    query: `
      select f.id as "refundId", f.return_id as "returnId", f.order_id as "orderId", f.amount,
        l.amount as "unitsAmount",
        fees.amount as "feesAmount"
      from "commerce"."refunds" f
      left join (select refund_id, sum(amount) as amount from "commerce"."refund_lines" group by refund_id) l
        on l.refund_id = f.id
      left join lateral (
        select sum(case when jsonb_typeof(fee -> 'amount') = 'number' then (fee ->> 'amount')::numeric end) as amount
        from jsonb_array_elements(case when jsonb_typeof(f.fees) = 'array' then f.fees else '[]' end) as fee
      ) fees on true
      where f.return_id is not null and f.amount is distinct from l.amount - coalesce(fees.amount, 0)
        and not (l.amount is null and exists (
          select from "commerce"."return_credits" c where c.return_id = f.return_id or c.order_id = f.order_id))
        or f.return_id is null and f.fees is not null`,
  },
  {
    name: 'return_moves_its_stock',
    sentence:
      'Units of a product that returns have restocked, or replaced by shipments that are not CANCELED, ' +
      'have stock movements of the same number.',
    query: `
      select product_id as "productId", restocked as "restockedQty", returned as "returnedQty",
        replaced as "replacedQty",
        taken as "takenQty"
      from (${movedByReturns}) moved where restocked <> returned or replaced <> taken`,
  },
  {
    name: 'return_attention_has_a_return',
    sentence: 'An order with the attention `return_refund_due` has a return that is RECEIVED.',
    query: `
      select o.id as "orderId" from "commerce"."orders" o
      where o.attention_reasons @> '["return_refund_due"]'
        and not exists (select from "commerce"."returns" r where r.order_id = o.id and r.status = 'RECEIVED')`,
  },
  ...recordedChecks({
    subject: 'return',
    transitions: returnTransitions,
    recorded: returnStatusRecorded,
    first: 'REQUESTED',
  }),
];
