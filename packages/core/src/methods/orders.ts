import type { z } from 'zod';
import type { Transaction } from '@commerce-core/pg-pipeline';
import { read } from '../database/transaction.ts';
import type { Page } from '../database/page.ts';
import type { Outcome } from '../errors.ts';
import type { PlacedOrder } from '../flows/order/place-orders.ts';
import { quoteOrder, type OrderQuote } from '../flows/pricing/quote-order.ts';
import { readHistory, readOrder, type HistoryItem } from '../flows/order/read-orders.ts';
import { newId } from '../ids.ts';
import {
  newCustomerId,
  orderHistoryInput,
  orderIdInput,
  placeOrderInput,
  quoteOrderInput,
  watchOrderInput,
  type PlaceOrder,
} from '../order/order-input.ts';
import type { Order } from '../order/order.ts';
import { exportOrdersInput, listOrdersInput } from '../order-list/order-list-input.ts';
import { orderKey } from '../order-list/order-list-repository.ts';
import { exportOrders } from '../flows/order/export-orders.ts';
import { listOrders } from '../flows/order/list-orders.ts';
import { watchOrder, type OrderChange } from '../flows/order/watch-order.ts';
import type { Call, Context, Owner } from '../run/context.ts';
import { keysetPage } from '../run/keyset-page.ts';
import type { Placing } from '../run/open-placing.ts';
import { runSharedFlow } from '../run/shared-transaction.ts';
import { isChecked, parse } from '../validation.ts';

export type PlaceOrderInput = z.input<typeof placeOrderInput> & { customerId: string };

/** Orders. Amounts are integer minor units of the order's currency, quantities are units. */
export function orderMethods(context: Context, { place, placeOne }: Placing) {
  const { quote, quoteService } = context;
  const { db } = context.database;

  return {
    /**
     * Places an order of 1 to 2,000 lines, each with 1 to 10^6 units, and reserves its stock for `reservationMs`. Lines
     * with the same product become one line. Prices come from the catalogue. `metadata` takes up to 4,096 bytes of
     * JSON. `customerId` must not be an e-mail address, because the event log keeps it for ever. `shippingOptionId`
     * adds the price of an option as a line. `expectedTotalAmount` is the total that the shopper has seen, in minor
     * units.
     * @returns the order in CREATED, with its lines. A PRODUCT or SHIPPING line has its share of the order's discounts
     * and taxes, and in `paidAmount` what all its units cost with them; the other lines have zero
     * @throws validation_failed when a field is missing, unknown or out of its bounds, or a discount exceeds the lines
     * that it applies to
     * @throws empty_order when there are no lines
     * @throws product_not_found when a product doesn't exist or is archived; the details list all such products
     * @throws currency_mismatch when the products have different currencies
     * @throws insufficient_stock when a product hasn't enough units; the details list all such products
     * @throws amount_too_large when an amount exceeds 2^53 - 1
     * @throws shipping_option_not_found when there is no such option, or it is archived
     * @throws shipping_option_not_applicable when the option doesn't apply; the details say why
     * @throws shipping_option_required when the shop requires an option and none is given
     * @throws total_changed when the total isn't `expectedTotalAmount`, or prices change while the quote service is
     * asked; the details hold the total, and nothing is reserved
     * @throws quote_refused when the quote service refuses the order; the details say why
     * @throws quote_unavailable when the quote service can't answer; nothing was done
     * @throws idempotency_key_reused when the key was used with another input
     * @throws client_closed when the signal aborted before the order's batch began; nothing was done
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when too many calls wait, or rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    async placeOrder(input: PlaceOrderInput, call?: Call): Promise<PlacedOrder> {
      const order = parsedOrder(input);
      return placeOne({ id: newId(), ...order }, call, order);
    },

    /**
     * Prices an order as `placeOrder` would, with its shipping options, and writes nothing. Of `shippingAddress` the
     * country is enough; without it, options for some countries don't apply.
     * @returns the lines, the options that apply, the total in minor units, and what is short
     * @throws validation_failed when a field is missing, unknown or out of its bounds, or the discounts exceed the
     * order
     * @throws empty_order when there are no lines
     * @throws product_not_found when a product doesn't exist or is archived; the details list all such products
     * @throws currency_mismatch when the products have different currencies
     * @throws amount_too_large when an amount exceeds 2^53 - 1
     * @throws shipping_option_not_found when there is no such option, or it is archived
     * @throws shipping_option_not_applicable when the chosen option doesn't apply; the details say why
     * @throws quote_refused when the quote service refuses the order; the details say why
     * @throws quote_unavailable when the quote service can't answer
     * @throws database_unavailable when the database can't be reached
     */
    quoteOrder: async ({ customerId, ...input }: z.input<typeof quoteOrderInput> & Owner): Promise<OrderQuote> => {
      const order = parse(quoteOrderInput, input);
      return read(async () =>
        quoteOrder(db, { quote, quoteService }, { id: newId(), ...order, customerId: customerId ?? null }),
      );
    },

    /**
     * Places many orders inside the caller's own transaction, see `transaction` and `placeOrder`.
     * @returns one outcome an order; a refused order writes nothing, and the transaction decides whether the others
     * commit
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws empty_order when an order has no lines
     * @throws Error when a statement fails; the transaction can't be committed then. Also when the shop has a quote
     * service, which can't be asked inside a transaction
     */
    async placeOrdersIn(tx: Transaction, inputs: readonly PlaceOrderInput[]): Promise<Outcome<PlacedOrder>[]> {
      if (quoteService) throw new Error("placeOrdersIn can't ask the quote service: place such orders by placeOrder");
      return runSharedFlow(
        tx,
        place,
        inputs.map((input) => ({ id: newId(), ...parsedOrder(input) })),
      );
    },

    /**
     * Reads an order with its lines.
     * @throws validation_failed when the id isn't a UUID
     * @throws order_not_found when there is no such order, or it is another customer's
     * @throws database_unavailable when the database can't be reached
     */
    getOrder: async ({ customerId, ...input }: { orderId: string } & Owner): Promise<PlacedOrder> =>
      read(async () => readOrder(db, { ...parse(orderIdInput, input), customerId })),

    /**
     * Lists orders without their lines, 1 to 100 a page (`limit`, 50 by default), those that match all filters. `sort`
     * is by creation or last change, `-createdAt` by default: the newest first. Times have a zone; those ending in
     * `From` are included, those ending in `To` aren't. Amounts are minor units. `productId` and `sku` select orders
     * with the product, `paymentStatus` those with an attempt in this status, `trackingNumber` those with the parcel.
     * `q` selects orders that have all its words, each as the beginning of a word of the reference, the e-mail address
     * or a name. `email`, `q`, amounts and times of payment find an order about a second after it was placed or
     * changed.
     * @returns a page; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is unknown or out of its bounds
     * @throws cursor_of_another_list when the cursor is of a list with another sort or other filters
     * @throws database_unavailable when the database can't be reached
     */
    listOrders: async (input: z.input<typeof listOrdersInput> = {}): Promise<Page<Order>> =>
      keysetPage(db, listOrdersInput, input, { name: 'orders', list: listOrders, keyOf: orderKey }),

    /**
     * Reads all orders that match the filters of `listOrders`, without their lines, up to 5,000 at once, each part when
     * the caller has taken the one before. `sort` is `-createdAt` (the newest first, the default) or `createdAt`. An
     * order comes once, as it is at about the time of its part. Of orders that are placed meanwhile, `createdAt` may
     * bring some.
     * @throws validation_failed when a filter is unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached, also between two parts
     */
    async *exportOrders(input: z.input<typeof exportOrdersInput> = {}): AsyncGenerator<Order[], void, undefined> {
      yield* exportOrders(db, parse(exportOrdersInput, input));
    },

    /**
     * Reads what happened to an order, from its beginning, 1 to 500 facts a page (`limit`, 100 by default).
     * @returns a page; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws order_not_found when there is no such order, or it is another customer's
     * @throws database_unavailable when the database can't be reached
     */
    orderHistory: async ({
      customerId,
      ...input
    }: z.input<typeof orderHistoryInput> & Owner): Promise<Page<HistoryItem>> =>
      read(async () => readHistory(db, { ...parse(orderHistoryInput, input), customerId })),

    /**
     * Follows an order: its state now, and then each time when it has changed, until the caller stops iterating or the
     * signal aborts. A caller that is slower than the changes gets several of them at once.
     * @param input `lastEventId`: the version that the caller has seen last, as text
     * @returns the order with its lines, and what happened since the version before
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws order_not_found when there is no such order, or it is another customer's
     * @throws database_unavailable when the database can't be reached
     */
    async *watchOrder(
      { customerId, ...input }: z.input<typeof watchOrderInput> & Owner,
      call: Pick<Call, 'signal'> = {},
    ): AsyncGenerator<OrderChange, void, undefined> {
      const { orderId, lastEventId } = parse(watchOrderInput, input);
      const seen = lastEventId === undefined ? undefined : Number(lastEventId);
      yield* watchOrder(db, context.tail, { orderId, customerId }, seen, call.signal);
    },
  };
}

function parsedOrder(input: PlaceOrderInput): PlaceOrder & { customerId: string } {
  // The mark says that the schema has made this input, so no field is null.
  if (isChecked(input)) return input as ReturnType<typeof parsedOrder>;
  const { customerId, ...order } = input;
  return { customerId: parse(newCustomerId, customerId), ...parse(placeOrderInput, order) };
}
