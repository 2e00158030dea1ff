import type { ShopDatabase } from '../setup/database.ts';
import type { RunningShop } from '../setup/shop.ts';
import type { World } from '../shop/world.ts';
import type { Finding } from './finding.ts';

type Row = {
  productId: string;
  available: number;
  reserved: number;
  unshipped: number;
  sold: number;
  restocked: number;
  shipped: number;
  returned: number;
  replaced: number;
  least: number;
};

/** What each product's sales, parcels and returns add up to, beside its stock. */
async function readStock(database: ShopDatabase): Promise<Row[]> {
  return database.query<Row>(`
    with paid as (select distinct aggregateid as id from commerce.events where type = 'order.paid'),
    lines as (
      select l.*, o.status from commerce.order_lines l join commerce.orders o on o.id = l.order_id
        join paid on paid.id = o.id
    ),
    back as (
      select product_id, quantity from lines where status = 'CANCELED'
      union all
      select l.product_id, r.quantity from commerce.refund_lines r
      join lines l on (l.order_id, l.line_no) = (r.order_id, r.line_no) where r.restock and l.status <> 'CANCELED'
      union all
      select product_id, canceled_qty from lines where status <> 'CANCELED'
    ),
    returned as (
      select l.product_id, r.restocked_qty, r.replaced_qty from commerce.return_lines r
      join commerce.order_lines l on (l.order_id, l.line_no) = (r.order_id, r.line_no)
    )
    select s.product_id as "productId", s.available_qty as available, s.reserved_qty as reserved,
      s.unshipped_qty as unshipped,
      coalesce((select sum(quantity) from lines where product_id = s.product_id), 0) as sold,
      coalesce((select sum(quantity) from back where product_id = s.product_id), 0) as restocked,
      coalesce((select sum(l.quantity) from commerce.shipment_lines l
        join commerce.shipments p on p.id = l.shipment_id and p.status not in ('READY', 'CANCELED')
        join commerce.order_lines o on (o.order_id, o.line_no) = (l.order_id, l.line_no)
        where o.product_id = s.product_id), 0)::int as shipped,
      coalesce((select sum(restocked_qty) from returned where product_id = s.product_id), 0) as returned,
      coalesce((select sum(replaced_qty) from returned where product_id = s.product_id), 0) as replaced,
      (select min(running) from (
        select sum(quantity) over (order by id) as running from commerce.stock_movements
          where product_id = s.product_id) m) as least
    from commerce.stocks s`);
}

/**
 * Checks each product: received - sold + restocked + returned - replaced = available, received - shipped + returned =
 * on the shelf, nothing is reserved, and stock was never negative.
 */
export async function checkStock({ database }: RunningShop, { ledger }: World): Promise<Finding[]> {
  const received = Map.groupBy(
    [...ledger.values()].flatMap(({ procedure, input, answer }) =>
      procedure === 'stock.receive' && answer.ok ? [input as { productId: string; quantity: number }] : [],
    ),
    ({ productId }) => productId,
  );
  const rows = await readStock(database);
  return rows.flatMap((row) => {
    const receivedQty = (received.get(row.productId) ?? []).reduce((total, { quantity }) => total + quantity, 0);
    return findingsOf(row, receivedQty);
  });
}

function findingsOf(row: Row, receivedQty: number): Finding[] {
  const { productId, available, reserved, unshipped, sold, restocked, returned, replaced, shipped, least } = row;
  const summary =
    `product ${productId}: received ${receivedQty}, sold ${sold}, restocked ${restocked}, ` +
    `returned ${returned}, replaced ${replaced}, available ${available}`;
  const shelf =
    `product ${productId}: received ${receivedQty}, shipped ${shipped}, returned ${returned}, ` +
    `on the shelf ${available} + ${unshipped}`;
  return [
    ...(receivedQty - sold + restocked + returned - replaced === available ? [] : [{ check: 'stock', what: summary }]),
    ...(receivedQty - shipped + returned === available + unshipped ? [] : [{ check: 'stock', what: shelf }]),
    ...(reserved === 0 ? [] : [{ check: 'stock', what: `product ${productId}: ${reserved} units are still reserved` }]),
    ...(least >= 0 ? [] : [{ check: 'stock', what: `product ${productId} was oversold by ${-least}` }]),
  ];
}
