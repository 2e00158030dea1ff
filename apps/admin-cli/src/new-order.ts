import type { Client, RouterInputs } from '@commerce-core/client';
import { InvalidArgumentError } from 'commander';
import { positiveInteger } from './command.ts';
import { findProduct } from './find-product.ts';

export type Address = NonNullable<RouterInputs['order']['update']['shippingAddress']>;

/** Reads JSON. The API checks what it is. */
export function parseAddress(text: string): Address {
  try {
    return JSON.parse(text) as Address;
  } catch {
    throw new InvalidArgumentError('It must be JSON, such as {"name":"Jo","line1":"1 Road","country":"HK"}.');
  }
}

export function parseItem(text: string): { product: string; quantity: number } {
  const at = text.lastIndexOf('=');
  if (at < 1) throw new InvalidArgumentError(`${text}: write a product and its units, for instance MUG-BLUE=2.`);
  return { product: text.slice(0, at), quantity: positiveInteger(text.slice(at + 1)) };
}

/** The lines of a new order, with the products' ids. */
export const findLines = async (client: Client, asked: readonly { product: string; quantity: number }[]) =>
  Promise.all(
    asked.map(async ({ product, quantity }) => ({ productId: (await findProduct(client, product)).id, quantity })),
  );
