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
