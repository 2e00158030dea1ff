/** A product for sale. `priceAmount` is in minor units of `currency`. */
export type Product = {
  id: string;
  sku: string;
  name: string;
  priceAmount: number;
  currency: string;
  archivedAt: Date | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
};

export const isArchived = (product: Pick<Product, 'archivedAt'>): boolean => product.archivedAt !== null;

/** What a product page shows besides name and price. Nothing of it is read when an order is placed. */
export type ProductDetails = {
  description: string | null;
  imageUrl: string | null;
  metadata: Record<string, unknown> | null;
};

export const noDetails: ProductDetails = { description: null, imageUrl: null, metadata: null };

/** How much of a product is left, for those who may not know the number. */
export const availabilities = ['IN_STOCK', 'FEW_LEFT', 'SOLD_OUT'] as const;
export type Availability = (typeof availabilities)[number];

/** `fewLeftQty`: the most units that are few. */
export function availabilityOf(sellableQty: number, fewLeftQty: number): Availability {
  if (sellableQty <= 0) return 'SOLD_OUT';
  return sellableQty <= fewLeftQty ? 'FEW_LEFT' : 'IN_STOCK';
}
