import { sql } from 'drizzle-orm';
import { bigint, check, integer, text, unique, uuid } from 'drizzle-orm/pg-core';
import { commerceSchema, timestamptz } from '../database/schema.ts';

export const products = commerceSchema.table(
  'products',
  {
    id: uuid('id').primaryKey(),
    sku: text('sku').notNull(),
    name: text('name').notNull(),
    priceAmount: bigint('price_amount', { mode: 'number' }).notNull(),
    currency: text('currency').notNull(),
    archivedAt: timestamptz('archived_at'),
    version: integer('version').notNull(),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (t) => [
    unique('products_sku').on(t.sku),
    check('products_sku_length', sql`length(${t.sku}) between 1 and 100`),
    check('products_name_length', sql`length(${t.name}) between 1 and 300`),
    check('products_price_amount_range', sql`${t.priceAmount} between 0 and 1000000000000`),
    check('products_currency_code', sql`${t.currency} ~ '^[A-Z]{3}$'`),
    check('products_version_positive', sql`${t.version} > 0`),
  ],
);
