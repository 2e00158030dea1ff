/**
 * SQL for what was sold and given back, one row a fact. An order counts in full when it is first paid. Less is:
 * what a refund or void returns, unless the order couldn't use the money; and what a capture leaves out of an
 * authorization. A refund that fails after its success counts back.
 * @param slice events with type, aggregateid, version, payload and created_at
 * @param firstPaid the orders that were first paid in the slice, with order_id and paid_at
 */
export const salesFacts = (slice: string, firstPaid: string): string => `
  select f.paid_at as at, o.currency, 1 as orders, l.units, o.total_amount as gross, 0::bigint as refunds
  from ${firstPaid} f join "commerce"."orders" o on o.id = f.order_id
  cross join lateral (
    select coalesce(sum(quantity), 0)::bigint as units from "commerce"."order_lines" l
    where l.order_id = f.order_id and l.kind = 'PRODUCT'
  ) l
  union all
  select s.created_at, r.currency, 0, 0, 0, r.amount * case s.type when 'refund.succeeded' then 1 else -1 end
  from ${slice} s
  join "commerce"."refunds" r on r.id = (s.payload ->> 'refundId')::uuid
  join "commerce"."payments" p on p.id = r.payment_id
  where s.type in ('refund.succeeded', 'refund.failed') and not p.surplus
    and r.reason not in ('surplus', 'amount_mismatch')
    and (s.type = 'refund.succeeded' or ${hadSucceeded('s')})
  union all
  select s.created_at, p.currency, 0, 0, 0, p.amount - (s.payload ->> 'amount')::bigint
  from ${slice} s join "commerce"."payments" p on p.id = (s.payload ->> 'paymentId')::uuid
  where s.type = 'payment.captured' and s.payload ->> 'surplus' is null and s.payload ->> 'accepted' is null
    and p.amount > (s.payload ->> 'amount')::bigint`;

/** The types of the events that `salesFacts` reads. */
export const salesEventTypes = ['order.paid', 'payment.captured', 'refund.succeeded', 'refund.failed'] as const;

function hadSucceeded(s: string): string {
  return `(
      select e.type from "commerce"."events" e
      where e.aggregateid = ${s}.aggregateid and e.version < ${s}.version and e.type like 'refund.%'
        and e.payload ->> 'refundId' = ${s}.payload ->> 'refundId'
      order by e.version desc limit 1) = 'refund.succeeded'`;
}

/** SQL for the quarter of an hour in which a time is. */
export const quarterOf = (at: string): string => `date_bin('15 minutes', ${at}, 'epoch')`;
