import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, text, uuid } from 'drizzle-orm/pg-core';
import { commerceSchema, timestamptz } from '../database/schema.ts';

export const shippingOptions = commerceSchema.table(
  'shipping_options',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    priceAmount: bigint('price_amount', { mode: 'number' }).notNull(),
    currency: text('currency').notNull(),
    freeFromAmount: bigint('free_from_amount', { mode: 'number' }),
    countries: text('countries').array(),
    productMax: integer('product_max'),
    archivedAt: timestamptz('archived_at'),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (t) => [
    check('shipping_options_name_length', sql`length(${t.name}) between 1 and 300`),
    check('shipping_options_price_amount_range', sql`${t.priceAmount} between 0 and 1000000000000`),
    check('shipping_options_free_from_amount_range', sql`${t.freeFromAmount} between 0 and 9007199254740991`),
    check('shipping_options_currency_code', sql`${t.currency} ~ '^[A-Z]{3}$'`),
    check('shipping_options_product_max_positive', sql`${t.productMax} > 0`),
    check('shipping_options_some_country', sql`cardinality(${t.countries}) between 1 and 300`),
    index('shipping_options_offered')
      .on(t.currency, t.id)
      .where(sql`${t.archivedAt} is null`),
  ],
);
