import { sql } from 'drizzle-orm';
import { bigint, check, foreignKey, index, integer, jsonb, text, unique, uuid } from 'drizzle-orm/pg-core';
import { commerceSchema, timestamptz, tsvector } from '../database/schema.ts';

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
    index('products_name').on(t.name, t.id),
    index('products_price').on(t.priceAmount, t.id),
    check('products_sku_length', sql`length(${t.sku}) between 1 and 100`),
    check('products_name_length', sql`length(${t.name}) between 1 and 300`),
    check('products_price_amount_range', sql`${t.priceAmount} between 0 and 1000000000000`),
    check('products_currency_code', sql`${t.currency} ~ '^[A-Z]{3}$'`),
    check('products_version_positive', sql`${t.version} > 0`),
  ],
);

/** What a product page shows besides name and price. Placing an order reads `products`, and none of this. */
export const productDetails = commerceSchema.table(
  'product_details',
  {
    productId: uuid('product_id').primaryKey(),
    description: text('description'),
    imageUrl: text('image_url'),
    metadata: jsonb('metadata').$type<Record<string, unknown>>(),
    /** The words of sku, name and description, by which the product is found. */
    words: tsvector('words').notNull(),
  },
  (t) => [
    foreignKey({ name: 'product_details_product', columns: [t.productId], foreignColumns: [products.id] }),
    check('product_details_description_length', sql`length(${t.description}) between 1 and 10000`),
    check('product_details_image_url_length', sql`length(${t.imageUrl}) between 1 and 2000`),
    check('product_details_metadata_size', sql`octet_length(${t.metadata}::text) <= 8192`),
    index('product_details_words').using('gin', t.words),
  ],
);
