import { withTransaction, read } from '../database/transaction.ts';
import type { z } from 'zod';
import { type Transaction } from '@commerce-core/pg-pipeline';
import { cancelOrders } from '../flows/order/cancel-orders.ts';
import { clearAttention } from '../flows/order/clear-attention.ts';
import { placeOrders, type PlaceOrderCommand } from '../flows/order/place-orders.ts';
import { readHistory, readOrder, readOrderPage } from '../flows/order/read-orders.ts';
import { newId } from '../ids.ts';
import { readLockedStocks } from '../inventory/stock-repository.ts';
import {
  customerId as customerIdInput,
  placeOrderInput,
  type PlaceOrder,
  listOrdersInput,
  orderHistoryInput,
  orderIdInput,
} from '../order/order-input.ts';
import type { Quote } from '../order/order.ts';
import { isChecked, parse } from '../validation.ts';
import { batched, mutation, type Call, type Context } from '../run/context.ts';

export type PlaceOrderInput = z.input<typeof placeOrderInput> & { customerId: string };

/** Whose orders a caller may touch: one customer's, or with undefined any. */
export type Owner = { customerId?: string | undefined };

const dates = ['createdAt', 'updatedAt', 'reservedUntil'];

/** Orders, from the cart on. Amounts are integer minor units. */
export function orderUseCases(context: Context, quote: Quote | undefined) {
  const { database } = context;
  const { db } = database;
  const policy = { reservationMs: context.reservationMs, quote };
  const flow = async (tx: Transaction, commands: PlaceOrderCommand[]) => placeOrders(tx, commands, policy);
  const placing = batched(context, {
    name: 'order.create',
    flow,
    dates,
    weightOf: ({ lines }) => lines.length,
    keysOf: ({ lines }) => lines.map(({ productId }) => productId),
    lockHoldersOf: async (productIds) => readLockedStocks(db, productIds),
  });
  const cancel = mutation(context, 'order.cancel', cancelOrders, dates);
  const parsed = (given: PlaceOrderInput): PlaceOrder & { customerId: string } => {
    if (isChecked(given)) return given as PlaceOrder & { customerId: string };
    const { customerId, ...input } = given;
    return { customerId: parse(customerIdInput, customerId), ...parse(placeOrderInput, input) };
  };

  return {
    batchers: [placing.batcher],
    methods: {
      async placeOrder(input: PlaceOrderInput, call?: Call) {
        const order = parsed(input);
        return placing.submit({ id: newId(), ...order }, order, call);
      },
      /** `placeOrder` for many, inside the caller's own transaction: one outcome each, all or none of it committed. */
      placeOrdersIn: async (tx: Transaction, inputs: readonly PlaceOrderInput[]) =>
        placeOrders(
          tx,
          inputs.map((input) => ({ id: newId(), ...parsed(input) })),
          policy,
        ),
      getOrder: async ({ customerId, ...input }: { orderId: string } & Owner) =>
        read(async () => readOrder(db, { ...parse(orderIdInput, input), customerId })),
      listOrders: async (input: z.input<typeof listOrdersInput> = {}) =>
        read(async () => readOrderPage(db, parse(listOrdersInput, input))),
      cancelOrder: async ({ customerId, ...input }: { orderId: string } & Owner, call?: Call) =>
        cancel({ ...parse(orderIdInput, input), customerId }, (command) => command, call),
      orderHistory: async ({ customerId, ...input }: z.input<typeof orderHistoryInput> & Owner) =>
        read(async () => readHistory(db, { ...parse(orderHistoryInput, input), customerId })),
      clearAttention: async (input: { orderId: string }) =>
        withTransaction(database, async (tx) => clearAttention(tx, parse(orderIdInput, input))),
    },
  };
}
