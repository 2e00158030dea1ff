import type { Client } from '@commerce-core/client';

const currency = 'EUR';

/** Prices in cents. The walk-through orders the first product. */
const products = [
  { sku: 'CUP-ESPRESSO-4', name: 'Espresso cups, set of 4', priceAmount: 2_400, stock: 50 },
  { sku: 'MUG-STONEWARE', name: 'Stoneware mug', priceAmount: 1_250, stock: 120 },
  { sku: 'POT-MOKA-6', name: 'Moka pot, 6 cups', priceAmount: 3_490, stock: 30 },
  { sku: 'BEANS-1KG', name: 'Coffee beans, 1 kg', priceAmount: 1_890, stock: 200 },
  { sku: 'GRINDER-HAND', name: 'Hand grinder', priceAmount: 5_900, stock: 15 },
  { sku: 'FILTER-PAPER-100', name: 'Paper filters, 100', priceAmount: 390, stock: 500 },
];

/** A product of the demo; `priceAmount` is in minor units of `currency`. */
export type DemoProduct = { id: string; name: string; priceAmount: number; currency: string };

/** Creates the demo products if the catalogue is empty. Returns the number of products created. */
export const loadDemoCatalogue = async (operator: Client): Promise<number> => {
  const { items } = await operator.product.list.query({ limit: 1, includeArchived: true });
  if (items.length > 0) return 0;
  for (const { stock, ...product } of products) {
    const { id } = await operator.product.create.mutate({ ...product, currency });
    await operator.stock.receive.mutate({ productId: id, quantity: stock, reason: 'demo catalogue' });
  }
  return products.length;
};

/**
 * Returns a product with at least `quantity` units to sell: the demo's own, else any. Receives more units when too few
 * are left.
 * @throws Error when the catalogue is empty
 */
export const demoProduct = async (operator: Client, index: number, quantity: number): Promise<DemoProduct> => {
  const wanted = await operator.product.list.query({ sku: products[index]?.sku, limit: 1 });
  const product = wanted.items[0] ?? (await operator.product.list.query({ limit: 1 })).items[0];
  if (!product) throw new Error('The catalogue has no product that can be ordered.');
  const { sellableQty } = await operator.stock.get.query({ productId: product.id });
  if (sellableQty < quantity) {
    await operator.stock.receive.mutate({ productId: product.id, quantity: 50, reason: 'demo ran out' });
  }
  return product;
};
