import type { Client, RouterOutputs } from '@commerce-core/client';
import { Failure } from './failure.ts';
import { findId, isId } from './find-id.ts';
import { commerceCode, statusOf } from './refusal.ts';

export type Product = RouterOutputs['product']['list']['items'][number];

const skus = new Map<string, string>();

/** Returns the SKU of a product that this process has found; the shop's refusals name products by id. */
export const knownSku = (productId: string): string | undefined => skus.get(productId);

/**
 * Finds the product with this sku or id, or with the only id that begins so. An exact sku comes first. Archived
 * products are found if the key may see them.
 *
 * @throws Failure when there is no such product
 */
export async function findProduct(client: Client, reference: string): Promise<Product> {
  const exact = (await seek(client, reference, false)) ?? (await seek(client, reference, true));
  const product = exact ?? (isId(reference) ? undefined : await seekBeginning(client, reference));
  if (product) {
    skus.set(product.id, product.sku);
    return product;
  }
  throw new Failure(`There is no product with the id ${reference}.`);
}

async function seekBeginning(client: Client, text: string): Promise<Product | undefined> {
  const id = await findId(client, { kind: 'product', noun: 'product', also: ' or sku' }, text);
  return (await seek(client, id, false)) ?? seek(client, id, true);
}

async function seek(client: Client, reference: string, includeArchived: boolean): Promise<Product | undefined> {
  const archived = includeArchived && { includeArchived };
  try {
    if (isId(reference)) return await client.product.get.query({ productId: reference, ...archived });
    const { items } = await client.product.list.query({ sku: reference, limit: 1, ...archived });
    return items[0];
  } catch (error) {
    const isHidden = includeArchived && statusOf(error) === 403;
    if (isHidden || commerceCode(error) === 'product_not_found') return undefined;
    throw error;
  }
}
