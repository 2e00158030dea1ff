import type { RunningShop } from '../setup/shop.ts';
import type { Finding } from './finding.ts';

type Row = {
  orderId: string;
  lineNo: number;
  quantity: number;
  paid: number;
  canceled: number;
  units: number;
  amount: number;
  hasFailed: boolean;
};

/**
 * Checks what went back for each line: never more than was paid, exactly that for all its units, and something for
 * every unit that was canceled. A refund that succeeded after its failure was reported may have been made twice.
 */
export async function checkLines({ database }: Pick<RunningShop, 'database'>): Promise<Finding[]> {
  const rows = await database.query<Row>(`
    with failed as (select distinct payload ->> 'refundId' as id, aggregateid as order_id from commerce.events
      where type = 'refund.failed'),
    refunded as (
      select l.order_id, l.line_no, sum(l.quantity) as units, sum(l.amount) as amount
      from commerce.refund_lines l join commerce.refunds r on r.id = l.refund_id
      where r.status <> 'FAILED' and r.id::text not in (select id from failed) group by 1, 2)
    select l.order_id as "orderId", l.line_no as "lineNo", l.quantity,
      l.amount + l.discount_amount + l.tax_amount as paid, l.canceled_qty as canceled,
      coalesce(r.units, 0) + l.released_qty as units, coalesce(r.amount, 0) + l.released_amount as amount,
      l.order_id in (select order_id from failed) as "hasFailed"
    from commerce.order_lines l join commerce.orders o on o.id = l.order_id
    left join refunded r on (r.order_id, r.line_no) = (l.order_id, l.line_no)
    where o.status = 'PAID' and l.kind in ('PRODUCT', 'SHIPPING')`);
  return rows.filter(isWrong).map((row) => ({ check: 'lines', what: JSON.stringify(row) }));
}

/** Whether the money that went back for a line can't be right. */
export function isWrong({
  quantity,
  paid,
  canceled,
  units,
  amount,
  hasFailed,
}: Omit<Row, 'orderId' | 'lineNo'>): boolean {
  if (amount > paid || units > quantity) return true;
  if (units === quantity && amount !== paid) return true;
  return units < canceled && !hasFailed;
}
