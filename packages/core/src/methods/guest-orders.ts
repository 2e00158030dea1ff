import type { z } from 'zod';
import { read, withTransaction } from '../database/transaction.ts';
import { CommerceError, unwrap } from '../errors.ts';
import { admitGuestOrder } from '../flows/order/admit-guest-order.ts';
import type { PlacedOrder } from '../flows/order/place-orders.ts';
import { newId } from '../ids.ts';
import { guestIdOf } from '../order/guest.ts';
import { deleteOpenGuestOrder, readGuestOrderIds } from '../order/open-guest-order-repository.ts';
import { findGuestOrdersInput, placeGuestOrderInput, type placeOrderInput } from '../order/order-input.ts';
import type { Call, Context } from '../run/context.ts';
import { placingName, type Placing } from '../run/open-placing.ts';
import { keyOf } from '../run/run-flow.ts';
import { parse } from '../validation.ts';

/** `origin` is a hash of the address that the order comes from, of 1 to 64 characters. */
export type PlaceGuestOrderInput = z.input<typeof placeOrderInput> & { origin: string };

/** Orders of shoppers without an account. */
export function guestOrderMethods(context: Context, { placeOne }: Placing) {
  const { database, guestLimits } = context;
  const orderOfGuest = placeGuestOrderInput(guestLimits.unitsMax);

  /** Forgets an order that was not placed. A place that is not given back now is free again after five minutes. */
  async function giveBack(orderId: string): Promise<void> {
    await withTransaction(database, async (tx) => {
      await tx.began;
      deleteOpenGuestOrder(tx, orderId);
    }).catch((error: unknown) => context.onFault?.(error));
  }

  return {
    /**
     * Places an order for a shopper without an account, as `placeOrder` does. Its customer is `guest:` and the order's
     * id, so that it belongs to no account. It needs an e-mail address in `contact`. The numbers of its units, of the
     * unpaid orders of one `origin` and of those of all guests are bounded by `guestLimits`.
     * @returns the order in CREATED, with its lines
     * @throws validation_failed when a field is missing, unknown or out of its bounds, there is no e-mail address,
     * there are too many units, or a discount exceeds the lines that it applies to
     * @throws too_many_unpaid_orders when the origin, or all guests together, have as many unpaid orders as they may;
     * the details say when one of them ends
     * @throws empty_order when there are no lines
     * @throws product_not_found when a product doesn't exist or is archived; the details list all such products
     * @throws currency_mismatch when the products have different currencies
     * @throws insufficient_stock when a product hasn't enough units; the details list all such products
     * @throws amount_too_large when an amount exceeds 2^53 - 1
     * @throws shipping_option_not_found when there is no such option, or it is archived
     * @throws shipping_option_not_applicable when the option doesn't apply; the details say why
     * @throws shipping_option_required when the shop requires an option and none is given
     * @throws total_changed when the total isn't `expectedTotalAmount`; nothing is reserved
     * @throws quote_refused when the quote service refuses the order; the details say why
     * @throws quote_unavailable when the quote service can't answer; nothing was done
     * @throws idempotency_key_reused when the key was used with another input
     * @throws client_closed when the signal aborted before the order's batch began; nothing was done
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when too many calls wait, or rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    async placeGuestOrder({ origin, ...input }: PlaceGuestOrderInput, call?: Call): Promise<PlacedOrder> {
      const order = parse(orderOfGuest, input);
      const id = newId();
      const admission = { orderId: id, origin, key: keyOf(call, placingName, order) };
      unwrap(await withTransaction(database, async (tx) => admitGuestOrder(tx, admission, guestLimits)));
      try {
        const placed = await placeOne({ id, customerId: guestIdOf(id), ...order }, call, order);
        // A repeated call got the order of the first one.
        if (placed.id !== id) await giveBack(id);
        return placed;
      } catch (error) {
        const mayBePlaced = error instanceof CommerceError && error.code === 'outcome_unknown';
        if (!mayBePlaced) await giveBack(id);
        throw error;
      }
    },

    /**
     * Finds the orders of a guest who knows the e-mail address that they gave and the order's id, its number or its
     * reference. Upper and lower case of the address are the same. An order whose contact was erased is not found.
     * @returns the ids of up to ten orders, the newest first; none when nothing matches
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached
     */
    findGuestOrders: async (input: z.input<typeof findGuestOrdersInput>): Promise<string[]> => {
      const wanted = parse(findGuestOrdersInput, input);
      return read(async () => readGuestOrderIds(database.db, wanted));
    },
  };
}
