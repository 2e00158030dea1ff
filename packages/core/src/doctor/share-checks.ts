import type { Check } from './check.ts';

const isCharged = `kind in ('PRODUCT', 'SHIPPING')`;

/**
 * What each PRODUCT and SHIPPING line costs in the end, of orders with refunds by lines or released units. Where an
 * order has no stored shares, its lines share the total by largest remainder, as `paidAmounts` does.
 */
const paidLines = `
  select order_id, line_no, quantity,
    coalesce(amount + discount_amount + tax_amount, share + case when row_number() over
    (partition by order_id order by remainder desc, line_no) <= total - sum(share) over (partition by order_id) then 1
      else 0 end)
    as paid
  from (
    select *, div(total * weight, whole) as share, mod(total * weight, whole) as remainder
    from (
      select *, case when price = 0 then quantity else amount end as weight,
        case when price = 0 then units else price end as whole
      from (
        select *, sum(amount) over of_order as total, sum(amount) filter (where ${isCharged}) over of_order as price,
          sum(quantity) filter (where ${isCharged}) over of_order as units
        from "commerce"."order_lines" where order_id in (
          select order_id from "commerce"."refund_lines"
          union select order_id from "commerce"."order_lines" where released_qty > 0)
        window of_order as (partition by order_id)
      ) line where ${isCharged}
    ) weighed
  ) shared`;

/**
 * Units and amounts of each line's refunds, and those that were released. A version that stored no amounts refunded the
 * list price.
 */
const refundedLines = `
  select order_id, line_no, sum(quantity) as quantity, sum(amount) as amount from (
    select l.order_id, l.line_no, l.quantity, l.amount
    from "commerce"."refund_lines" l
    join "commerce"."refunds" r on r.id = l.refund_id and r.status <> 'FAILED' and not exists (
    select from "commerce"."events" e where e.aggregateid = r.order_id and e.type = 'refund.failed'
      and e.payload ->> 'refundId' = r.id::text)
    union all select order_id, line_no, released_qty, released_amount from "commerce"."order_lines"
      where released_qty > 0
  ) given group by order_id, line_no having count(*) = count(amount)`;

/** What the units of an order cost, and what refunds gave for them. */
export const shareChecks: readonly Check[] = [
  {
    name: 'order_line_shares_add_up',
    sentence:
      "The discounts and taxes of an order's product and shipping lines add up to its discount and tax lines, " +
      'and no line costs less than nothing, unless the order has no stored shares.',
    query: `
      select order_id as "orderId", coalesce(sum(amount) filter (where kind = 'DISCOUNT'), 0) as "discountAmount",
        sum(discount_amount) as "lineDiscountsAmount",
          coalesce(sum(amount) filter (where kind = 'TAX'), 0) as "taxAmount",
        sum(tax_amount) as "lineTaxesAmount"
      from "commerce"."order_lines" group by order_id
      having count(discount_amount) + count(tax_amount) > 0 and (
        count(discount_amount) + count(tax_amount) < 2 * count(*)
        or sum(discount_amount) <> coalesce(sum(amount) filter (where kind = 'DISCOUNT'), 0)
        or sum(tax_amount) <> coalesce(sum(amount) filter (where kind = 'TAX'), 0)
        or bool_or(case when ${isCharged} then discount_amount > 0 or tax_amount < 0
          or amount + discount_amount + tax_amount < 0
          else discount_amount <> 0 or tax_amount <> 0 end))`,
  },
  {
    name: 'refund_lines_within_paid',
    sentence:
      'Refunds of a line and its released units give at most what was paid for it, ' +
      'and exactly that once all its units are refunded or released, ' +
      'except by a refund that succeeded after its failure was reported.',
    query: `
      select r.order_id as "orderId", r.line_no as "lineNo", p.quantity as "orderedQty", r.quantity as "refundedQty",
        p.paid as "paidAmount", r.amount as "refundedAmount"
      from (${refundedLines}) r left join (${paidLines}) p on p.order_id = r.order_id and p.line_no = r.line_no
      where p.paid is null or r.amount > p.paid or r.quantity = p.quantity and r.amount < p.paid`,
  },
];
