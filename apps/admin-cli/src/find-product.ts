import type { Client, RouterOutputs } from '@commerce-core/api/client';
import { Failure } from './failure.ts';

export type Product = RouterOutputs['product']['list']['items'][number];

export const isId = (text: string): boolean => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);

/** The product with this id or sku, archived ones too. @throws Failure when there is none */
export async function findProduct(client: Client, reference: string): Promise<Product> {
  if (isId(reference)) return client.product.get.query({ productId: reference, includeArchived: true });
  const { items } = await client.product.list.query({ sku: reference, includeArchived: true, limit: 1 });
  const [product] = items;
  if (product) return product;
  throw new Failure(`There is no product with the sku ${reference}.`);
}
