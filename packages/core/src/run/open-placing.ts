import { read } from '../database/transaction.ts';
import { placeOrders, type PlacedOrder, type PlaceOrderCommand } from '../flows/order/place-orders.ts';
import { placeWithService } from '../flows/pricing/place-with-service.ts';
import { readLockedStocks } from '../inventory/stock-repository.ts';
import { orders } from '../order/tables.ts';
import type { Call, Context } from './context.ts';
import { runBatched } from './run-flow.ts';

/** The procedure's name in the fingerprint of a key. */
export const placingName = 'order.create';

/** How orders are placed: `place` is the flow, and `placeOne` runs it for one order, batched with others. */
export type Placing = ReturnType<typeof openPlacing>;

/** The one queue of orders to place, of customers and of guests. */
export function openPlacing(context: Context) {
  const { reservationMs, quote, quoteService, requireShippingOption } = context;
  const { db } = context.database;
  const place = placeOrders({ reservationMs, quote, requireShippingOption });
  const placeBatched = runBatched(
    context,
    { name: placingName, flow: place, answer: orders },
    {
      weightOf: ({ lines }) => lines.length,
      keysOf: ({ lines }) => lines.map(({ productId }) => productId),
      lockHoldersOf: async (productIds) => readLockedStocks(db, productIds),
    },
  );
  /** Places an order, after the quote service was asked if there is one. `input` is what a key's fingerprint covers. */
  const placeOne = async (order: PlaceOrderCommand, call: Call | undefined, input: unknown): Promise<PlacedOrder> => {
    if (!quoteService) return placeBatched(order, call, input);
    return read(async () =>
      placeWithService(db, quoteService, order, async (serviceLines) =>
        placeBatched({ ...order, serviceLines }, call, input),
      ),
    );
  };
  return { place, placeOne };
}
