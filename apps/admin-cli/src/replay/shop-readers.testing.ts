import type { TestShop } from '../testing/shop.ts';

/** The amount that the gateway charged since the simulator started, in pence. */
async function readCharged(simulatorUrl: string): Promise<number> {
  const answer = await fetch(`${simulatorUrl}/book?limit=1`);
  const { totals } = (await answer.json()) as { totals: { charged: Record<string, number> } };
  return totals.charged['GBP'] ?? 0;
}

/** What a replay has changed in the shop and at the gateway. */
export function readersOf(shop: TestShop) {
  async function countOrders(status: 'PAID' | 'CANCELED' | 'PAYMENT_PENDING'): Promise<number> {
    const { rows } = await shop.api.database.pool.query(
      'select count(*)::int as n from commerce.orders where status = $1',
      [status],
    );
    return rows[0].n;
  }

  /**
   * How many paid orders of products with this prefix there are, and how many of them have all their money captured.
   */
  async function moneyOfOrders(prefix: string): Promise<object[]> {
    const { rows } = await shop.api.database.pool.query(
      `select o.fulfillment_status as "fulfillmentStatus", count(*)::int as orders,
         (count(*) filter (where p.captured_amount = o.total_amount))::int as captured
       from commerce.orders o join commerce.payments p on p.order_id = o.id
       where o.status = 'PAID' and exists (
         select from commerce.order_lines l where l.order_id = o.id and starts_with(l.sku, $1)
       )
       group by 1 order by 1`,
      [prefix],
    );
    return rows;
  }

  /** The units that came back of products with this prefix, and what was refunded for them, in pence. */
  async function returnsOf(prefix: string): Promise<{ units: number; amount: number }> {
    const { rows } = await shop.api.database.pool.query(
      `select sum(r.received_qty)::int as units, sum(f.amount)::int as amount
       from commerce.return_lines r
       join commerce.order_lines l on l.order_id = r.order_id and l.line_no = r.line_no
       join commerce.refunds g on g.return_id = r.return_id and g.status <> 'FAILED'
       join commerce.refund_lines f on f.refund_id = g.id and f.line_no = r.line_no
       where starts_with(l.sku, $1)`,
      [prefix],
    );
    return rows[0];
  }

  /** Units of all products with this prefix: [received, available, reserved]. */
  async function unitsOf(prefix: string): Promise<[number, number, number]> {
    const { rows } = await shop.api.database.pool.query(
      `select coalesce(sum(s.available_qty), 0)::int as there, coalesce(sum(s.reserved_qty), 0)::int as held,
         (select coalesce(sum(m.quantity), 0)::int
           from commerce.stock_movements m join commerce.products p on p.id = m.product_id
           where m.kind = 'RECEIVED' and starts_with(p.sku, $1)) as received
       from commerce.stocks s join commerce.products p on p.id = s.product_id where starts_with(p.sku, $1)`,
      [prefix],
    );
    return [rows[0].received, rows[0].there, rows[0].held];
  }

  const charged = async () => readCharged(shop.simulatorUrl);

  return { charged, countOrders, moneyOfOrders, returnsOf, unitsOf };
}
