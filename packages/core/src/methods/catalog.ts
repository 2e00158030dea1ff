import { read } from '../database/transaction.ts';
import type { z } from 'zod';
import * as inputs from '../catalog/product-input.ts';
import { changeProducts, type ChangeProductCommand } from '../flows/catalog/change-products.ts';
import { changeStock, type ChangeStockCommand } from '../flows/inventory/change-stock.ts';
import { createProducts } from '../flows/catalog/create-products.ts';
import { readProduct, readProductPage } from '../flows/catalog/read-products.ts';
import { readStock, readStockMovements, stockView } from '../flows/inventory/read-stock.ts';
import { newId } from '../ids.ts';
import * as stockInputs from '../inventory/stock-input.ts';
import { parse } from '../validation.ts';
import { mutation, type Call, type Context } from '../run/context.ts';
import { listProductsInput } from '../catalog/product-input.ts';
import { listStockMovementsInput } from '../inventory/stock-input.ts';

const dates = ['createdAt', 'updatedAt', 'archivedAt'];

/** Products and their stock. Prices are integer minor units, quantities units. */
export function catalogUseCases(context: Context) {
  const { db } = context.database;
  const create = mutation(context, 'product.create', createProducts, dates);
  const change = mutation(context, 'product.change', changeProducts, dates);
  const moveStock = mutation(context, 'stock.change', changeStock, []);
  const changeProduct = async (command: ChangeProductCommand, call?: Call) => change(command, (input) => input, call);
  const changeStockOf = async (command: Omit<ChangeStockCommand, 'id'>, call?: Call) =>
    stockView(await moveStock(command, (input) => ({ ...input, id: newId() }) as ChangeStockCommand, call));

  return {
    createProduct: async (input: z.input<typeof inputs.createProductInput>, call?: Call) =>
      create(parse(inputs.createProductInput, input), (product) => ({ id: newId(), ...product }), call),
    renameProduct: async (input: z.input<typeof inputs.renameProductInput>, call?: Call) =>
      changeProduct({ change: 'rename', ...parse(inputs.renameProductInput, input) }, call),
    repriceProduct: async (input: z.input<typeof inputs.repriceProductInput>, call?: Call) =>
      changeProduct({ change: 'reprice', ...parse(inputs.repriceProductInput, input) }, call),
    archiveProduct: async (input: z.input<typeof inputs.productIdInput>, call?: Call) =>
      changeProduct({ change: 'archive', ...parse(inputs.productIdInput, input) }, call),
    getProduct: async ({ includeArchived, ...input }: { productId: string; includeArchived?: boolean }) =>
      read(async () => readProduct(db, { ...parse(inputs.productIdInput, input), includeArchived })),
    listProducts: async (input: z.input<typeof listProductsInput> = {}) =>
      read(async () => readProductPage(db, parse(listProductsInput, input))),

    receiveStock: async (input: z.input<typeof stockInputs.receiveStockInput>, call?: Call) =>
      changeStockOf({ change: 'receive', ...parse(stockInputs.receiveStockInput, input) }, call),
    setStock: async (input: z.input<typeof stockInputs.setStockInput>, call?: Call) =>
      changeStockOf({ change: 'set', ...parse(stockInputs.setStockInput, input) }, call),
    getStock: async (input: { productId: string }) =>
      read(async () => readStock(db, parse(inputs.productIdInput, input).productId)),
    listStockMovements: async (input: z.input<typeof listStockMovementsInput>) =>
      read(async () => readStockMovements(db, parse(listStockMovementsInput, input))),
  };
}
