import { sql } from 'drizzle-orm';
import { check, foreignKey, index, integer, text, unique, uuid } from 'drizzle-orm/pg-core';
import { products } from '../catalog/tables.ts';
import { commerceSchema, oneOf, timestamptz } from '../database/schema.ts';
import { movementKinds, stockCeiling, type MovementKind } from './stock.ts';

export const stocks = commerceSchema.table(
  'stocks',
  {
    productId: uuid('product_id').primaryKey(),
    availableQty: integer('available_qty').notNull(),
    reservedQty: integer('reserved_qty').notNull(),
    // Sold, and in a parcel that is READY.
    unshippedQty: integer('unshipped_qty').notNull().default(0),
  },
  (t) => [
    foreignKey({ name: 'stocks_product', columns: [t.productId], foreignColumns: [products.id] }),
    // No defect in the code can oversell a product.
    check('stocks_reserved_within_available', sql`0 <= ${t.reservedQty} and ${t.reservedQty} <= ${t.availableQty}`),
    check('stocks_unshipped_not_negative', sql`${t.unshippedQty} >= 0`),
    // Twice `stockMax`, so that units of canceled orders can always be restocked.
    check('stocks_available_qty_range', sql`${t.availableQty} <= ${sql.raw(String(stockCeiling))}`),
  ],
);

/** Every change of `available_qty`. `cause_id` names its cause: an order, a refund, a receipt of a
 * return, a shipment that replaces units, or the movement itself. */
export const stockMovements = commerceSchema.table(
  'stock_movements',
  {
    id: uuid('id').primaryKey(),
    productId: uuid('product_id').notNull(),
    kind: text('kind').$type<MovementKind>().notNull(),
    quantity: integer('quantity').notNull(),
    causeId: uuid('cause_id').notNull(),
    reason: text('reason'),
    createdAt: timestamptz('created_at').notNull(),
  },
  (t) => [
    foreignKey({ name: 'stock_movements_product', columns: [t.productId], foreignColumns: [products.id] }),
    oneOf('stock_movements_kind_known', t.kind, movementKinds),
    check(
      'stock_movements_sign',
      sql`case when ${t.kind} in ('SOLD', 'REPLACED') then ${t.quantity} < 0 when ${t.kind} = 'ADJUSTED' then ${t.quantity} <> 0 else ${t.quantity} > 0 end`,
    ),
    check('stock_movements_adjusted_has_reason', sql`${t.kind} <> 'ADJUSTED' or ${t.reason} is not null`),
    check('stock_movements_reason_length', sql`length(${t.reason}) between 1 and 500`),
    unique('stock_movements_one_per_cause').on(t.causeId, t.productId, t.kind),
    index('stock_movements_product_id').on(t.productId, t.id),
  ],
);
