import type { z } from 'zod';
import {
  createProductInput,
  listProductsInput,
  productIdInput,
  renameProductInput,
  repriceProductInput,
} from '../catalog/product-input.ts';
import type { Product } from '../catalog/product.ts';
import { products } from '../catalog/tables.ts';
import { read } from '../database/transaction.ts';
import type { Page } from '../database/page.ts';
import { changeProducts } from '../flows/catalog/change-products.ts';
import { createProducts } from '../flows/catalog/create-products.ts';
import { listProductViews, readProduct, type ProductView } from '../flows/catalog/read-products.ts';
import { newId } from '../ids.ts';
import type { Call, Context } from '../run/context.ts';
import { listPage } from '../run/list-page.ts';
import { runAlone } from '../run/run-flow.ts';
import { parse } from '../validation.ts';

/** Products. Prices are integer minor units of the product's currency. */
export function productMethods(context: Context) {
  const { db } = context.database;
  const create = runAlone(context, { name: 'product.create', flow: createProducts, answer: products });
  const change = runAlone(context, { name: 'product.change', flow: changeProducts, answer: products });

  return {
    /**
     * Creates a product with no units in stock. `sku` has 1 to 100 characters, `name` 1 to 300. `priceAmount` is 0 to
     * 10^12 minor units of `currency`, a code of ISO 4217.
     * @returns the product
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws sku_taken when another product has this sku, also an archived one
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    createProduct: async (input: z.input<typeof createProductInput>, call?: Call): Promise<Product> => {
      const product = parse(createProductInput, input);
      return create({ id: newId(), ...product }, call, product);
    },

    /**
     * Gives a product a new name of 1 to 300 characters. Orders keep the name with which they were placed.
     * @returns the product; unchanged when it has this name already
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws product_not_found when there is no such product
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    renameProduct: async (input: z.input<typeof renameProductInput>, call?: Call): Promise<Product> =>
      change({ change: 'rename', ...parse(renameProductInput, input) }, call),

    /**
     * Gives a product a new price of 0 to 10^12 minor units of its currency. Orders keep the price at which they were
     * placed; an order that waits for the product's stock gets the new price.
     * @returns the product; unchanged when it has this price already
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws product_not_found when there is no such product
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    repriceProduct: async (input: z.input<typeof repriceProductInput>, call?: Call): Promise<Product> =>
      change({ change: 'reprice', ...parse(repriceProductInput, input) }, call),

    /**
     * Takes a product off sale permanently. Orders that contain it stay valid, and its sku stays taken.
     * @returns the product; unchanged when it is archived already
     * @throws validation_failed when the id isn't a UUID
     * @throws product_not_found when there is no such product
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    archiveProduct: async (input: z.input<typeof productIdInput>, call?: Call): Promise<Product> =>
      change({ change: 'archive', ...parse(productIdInput, input) }, call),

    /**
     * Reads a product, with the units that can still be sold (`sellableQty`).
     * @throws validation_failed when the id isn't a UUID
     * @throws product_not_found when there is no such product, or it is archived and `includeArchived` isn't set
     * @throws database_unavailable when the database can't be reached
     */
    getProduct: async ({
      includeArchived,
      ...input
    }: {
      productId: string;
      includeArchived?: boolean;
    }): Promise<ProductView> => read(async () => readProduct(db, { ...parse(productIdInput, input), includeArchived })),

    /**
     * Lists products, the newest first, 1 to 100 a page (`limit`, 50 by default). `sku` selects one product. Archived
     * products are left out unless `includeArchived` is set.
     * @returns a page; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached
     */
    listProducts: async (input: z.input<typeof listProductsInput> = {}): Promise<Page<ProductView>> =>
      listPage(db, listProductsInput, input, listProductViews),
  };
}
