import { z } from 'zod';
import { currency } from '../currency.ts';
import { id } from '../ids.ts';
import { unitAmountMax } from '../money.ts';
import { cursorInput } from '../list-input.ts';
import { metadata } from '../metadata.ts';
import { line, text } from '../text.ts';

const priceAmount = z.int().min(0).max(unitAmountMax);
const name = line(300);

/** Whether a browser may load an address from a page: only http and https, and without a password in it. */
function isImageUrl(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, username, password } = new URL(address);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

/** What a product page shows besides name and price. */
const details = {
  description: text(10_000).nullable().optional(),
  imageUrl: line(2_000).refine(isImageUrl, 'must be an http or https address').nullable().optional(),
  metadata: metadata.nullable().optional(),
};

export const createProductInput = z.strictObject({ sku: line(100), name, priceAmount, currency, ...details });
/** What is undefined stays, what is null is removed. */
export const updateProductInput = z.strictObject({ productId: id, ...details });
/** A product of an import, by SKU. What is undefined stays; a new product needs name, price and currency. */
export const importedProductInput = z.strictObject({
  sku: line(100),
  name: name.optional(),
  priceAmount: priceAmount.optional(),
  currency: currency.optional(),
  ...details,
});
export const renameProductInput = z.strictObject({ productId: id, name });
export const repriceProductInput = z.strictObject({ productId: id, priceAmount });
export const productIdInput = z.strictObject({ productId: id });

export type CreateProduct = z.output<typeof createProductInput>;
export type ImportedProduct = z.output<typeof importedProductInput>;

export const productSorts = [
  '-createdAt',
  'createdAt',
  'name',
  '-name',
  'sku',
  '-sku',
  'priceAmount',
  '-priceAmount',
] as const;
export type ProductSort = (typeof productSorts)[number];

/** `includeArchived` is for operators. `q` is looked for in sku, name and description. */
export const listProductsInput = z.strictObject({
  ...cursorInput,
  sku: line(100).optional(),
  includeArchived: z.boolean().optional(),
  q: line(200).optional(),
  sort: z.enum(productSorts).default('-createdAt'),
});

export type ProductFilter = Omit<z.output<typeof listProductsInput>, 'cursor' | 'limit'>;
