import type { z } from 'zod';
import {
  createProductInput,
  importedProductInput,
  listProductsInput,
  productIdInput,
  renameProductInput,
  repriceProductInput,
  updateProductInput,
} from '../catalog/product-input.ts';
import { productKey } from '../catalog/product-repository.ts';
import type { Product, ProductDetails } from '../catalog/product.ts';
import { products } from '../catalog/tables.ts';
import { read } from '../database/transaction.ts';
import type { Page } from '../database/page.ts';
import type { Outcome } from '../errors.ts';
import { changeProducts } from '../flows/catalog/change-products.ts';
import { createProducts } from '../flows/catalog/create-products.ts';
import { importProducts, previewProducts, type ImportEffect } from '../flows/catalog/import-products.ts';
import { listProductViews, readProduct, type ProductView } from '../flows/catalog/read-products.ts';
import { newId } from '../ids.ts';
import type { Call, Context } from '../run/context.ts';
import { keysetPage } from '../run/keyset-page.ts';
import { runAlone } from '../run/run-flow.ts';
import { runImport } from '../run/run-import.ts';
import { parse } from '../validation.ts';

/** Products. Prices are integer minor units of the product's currency. */
export function productMethods(context: Context) {
  const { db } = context.database;
  const create = runAlone(context, { name: 'product.create', flow: createProducts, answer: products });
  const change = runAlone(context, { name: 'product.change', flow: changeProducts, answer: products });

  return {
    /**
     * Creates a product with no units in stock. `sku` has 1 to 100 characters, `name` 1 to 300. `priceAmount` is 0 to
     * 10^12 minor units of `currency`, a code of ISO 4217. `description` has up to 10,000 characters, `imageUrl` is an
     * http or https address of up to 2,000, `metadata` takes up to 4,096 bytes of JSON.
     * @returns the product
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws sku_taken when another product has this sku, also an archived one
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    createProduct: async (
      input: z.input<typeof createProductInput>,
      call?: Call,
    ): Promise<Product & ProductDetails> => {
      const product = parse(createProductInput, input);
      return create({ id: newId(), ...product }, call, product);
    },

    /**
     * Creates and changes up to 1,000 products in one transaction, by SKU: what is undefined stays as it is, null
     * removes a description, image or metadata. A new product needs `name`, `priceAmount` and `currency`. The bounds
     * and events are those of `createProduct` and the methods that change a product. A call that is repeated changes
     * nothing.
     * @param options with `dryRun` nothing is written: the outcomes say what would be done
     * @returns one outcome a product: what was done, or why this one was refused (validation_failed, or sku_taken by an
     * archived product), which leaves the others as they are
     * @throws validation_failed when there are more than 1,000 products
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    importProducts: async (
      products: readonly z.input<typeof importedProductInput>[],
      { dryRun = false }: { dryRun?: boolean } = {},
    ): Promise<Outcome<ImportEffect>[]> =>
      runImport(
        context,
        { schema: importedProductInput, flow: importProducts, preview: previewProducts },
        products,
        dryRun,
      ),

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
    renameProduct: async (input: z.input<typeof renameProductInput>, call?: Call): Promise<Product & ProductDetails> =>
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
    repriceProduct: async (
      input: z.input<typeof repriceProductInput>,
      call?: Call,
    ): Promise<Product & ProductDetails> => change({ change: 'reprice', ...parse(repriceProductInput, input) }, call),

    /**
     * Changes a product's description, image and metadata, within the bounds of `createProduct`. What is left out
     * stays, null removes.
     * @returns the product; unchanged when it has all of it already
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws product_not_found when there is no such product
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    updateProduct: async (input: z.input<typeof updateProductInput>, call?: Call): Promise<Product & ProductDetails> =>
      change({ change: 'update', ...parse(updateProductInput, input) }, call),

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
    archiveProduct: async (input: z.input<typeof productIdInput>, call?: Call): Promise<Product & ProductDetails> =>
      change({ change: 'archive', ...parse(productIdInput, input) }, call),

    /**
     * Reads a product, with the units that can still be sold (`sellableQty`), and with the `availability` that everyone
     * may know: FEW_LEFT up to the shop's `fewLeftQty` units.
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
    }): Promise<ProductView> =>
      read(async () => readProduct(db, { ...parse(productIdInput, input), includeArchived }, context.fewLeftQty)),

    /**
     * Lists products, 1 to 100 a page (`limit`, 50 by default). `sku` selects one product, `q` those that have all its
     * words, each as the beginning of a word of sku, name or description. Archived products are left out unless
     * `includeArchived` is set. `sort` is by creation, name, sku or price, `-createdAt` by default: the newest first.
     * @returns a page; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is unknown or out of its bounds
     * @throws cursor_of_another_list when the cursor is of a list with another sort or other filters
     * @throws database_unavailable when the database can't be reached
     */
    listProducts: async (input: z.input<typeof listProductsInput> = {}): Promise<Page<ProductView>> =>
      keysetPage(db, listProductsInput, input, {
        name: 'products',
        list: listProductViews(context.fewLeftQty),
        keyOf: productKey,
      }),
  };
}
