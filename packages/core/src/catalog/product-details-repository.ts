import { anyOf, arrayOf, statement, texts, uuids, type Transaction } from '@commerce-core/pg-pipeline';
import type { Reader } from '../database/page.ts';
import { searchWords } from '../search-words.ts';
import { noDetails, type Product, type ProductDetails } from './product.ts';
import { productDetails } from './tables.ts';

const write = statement(
  'write_product_details',
  `insert into "commerce"."product_details" (product_id, description, image_url, metadata, words)
  select given.product_id, given.description, given.image_url, given.metadata,
    array_to_tsvector(string_to_array(given.words, e'\\n'))
  from unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::text[])
    as given (product_id, description, image_url, metadata, words)
  on conflict (product_id) do update set description = excluded.description, image_url = excluded.image_url,
    metadata = excluded.metadata, words = excluded.words`,
);
const jsons = arrayOf('jsonb');

/** Writes the details of products that are locked or new, and the words by which they are found. */
export function writeProductDetails(
  tx: Transaction,
  rows: readonly (Pick<Product, 'id' | 'sku' | 'name'> & ProductDetails)[],
): void {
  if (rows.length === 0) return;
  tx.send(write, [
    uuids(rows.map(({ id }) => id)),
    texts(rows.map(({ description }) => description)),
    texts(rows.map(({ imageUrl }) => imageUrl)),
    jsons(rows.map(({ metadata }) => metadata)),
    texts(rows.map(({ sku, name, description }) => searchWords([sku, name, description]).join('\n'))),
  ]);
}

/** The details of these products, by id. */
export async function readProductDetails(
  reader: Reader,
  productIds: Iterable<string>,
): Promise<Map<string, ProductDetails>> {
  const rows = await reader.select().from(productDetails).where(anyOf(productDetails.productId, productIds));
  return new Map(
    rows.map(({ productId, description, imageUrl, metadata }) => [productId, { description, imageUrl, metadata }]),
  );
}

/** A product with its details. */
export const withDetails = <P extends Pick<Product, 'id'>>(
  product: P,
  details: ReadonlyMap<string, ProductDetails>,
): P & ProductDetails => ({ ...product, ...(details.get(product.id) ?? noDetails) });
