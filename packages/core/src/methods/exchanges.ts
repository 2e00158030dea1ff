import type { z } from 'zod';
import { listCreditsInput, refundCreditInput } from '../credit/credit-input.ts';
import { returnCredits } from '../credit/tables.ts';
import type { Page } from '../database/page.ts';
import { read, withTransaction } from '../database/transaction.ts';
import { onlyOutcome, unwrap } from '../errors.ts';
import { exchangeReturns, type ExchangeOrder } from '../flows/credit/exchange-returns.ts';
import { readExchange, withCredit, type ExchangeQuote } from '../flows/credit/preview-exchange.ts';
import type { CreditView } from '../flows/credit/credit-view.ts';
import { readCreditViews } from '../flows/credit/read-credits.ts';
import { refundCredits } from '../flows/credit/refund-credits.ts';
import { settleCredits } from '../flows/credit/settle-credits.ts';
import { placeWithService } from '../flows/pricing/place-with-service.ts';
import { quoteOrder } from '../flows/pricing/quote-order.ts';
import { previewReturns } from '../flows/returns/refund-returns.ts';
import { newId } from '../ids.ts';
import { orders } from '../order/tables.ts';
import {
  cancelReplacementInput,
  exchangeReturnInput,
  previewExchangeInput,
  replaceReturnInput,
} from '../returns/return-input.ts';
import type { Call, Context } from '../run/context.ts';
import { listPage } from '../run/list-page.ts';
import { runAlone } from '../run/run-flow.ts';
import { parse } from '../validation.ts';
import { cancelReplacements, replaceUnits } from '../flows/returns/replace-units.ts';
import type { ReturnView } from '../returns/return-view.ts';
import { returns } from '../returns/tables.ts';

/**
 * Exchanges and replacements: a customer gets other goods for those of a return, or the same ones again. Amounts are
 * integer minor units.
 */
export function exchangeMethods(context: Context) {
  const { database, reservationMs, quote, quoteService, requireShippingOption } = context;
  const { db } = database;
  const { byProvider: gateways } = context.gateways;
  const exchange = runAlone(context, {
    name: 'return.exchange',
    flow: exchangeReturns({ reservationMs, quote, requireShippingOption, gateways }),
    answer: orders,
  });
  const refundCredit = runAlone(context, { name: 'return.refundCredit', flow: refundCredits, answer: returnCredits });
  const replace = runAlone(context, { name: 'return.replace', flow: replaceUnits, answer: returns });
  const cancelReplacement = runAlone(context, {
    name: 'return.cancelReplacement',
    flow: cancelReplacements,
    answer: returns,
  });
  const settle = settleCredits(gateways);

  return {
    /**
     * Places an order that a return pays for, as far as that goes: a CREDIT line lowers its total by what the returned
     * units are worth, less `fees`. `lines` selects units of the return; by default all that it owes. An order that
     * costs more reserves its stock for `reservationMs`, and the customer pays its total as for any order. An order
     * that costs as much or less is PAID at once, and the rest is refunded. When the order ends unpaid, the units are
     * owed again. Goods of the order that come back or are canceled give back its own money first, then the credit, to
     * the payment that it came from.
     *
     * The order belongs to the customer of the old one, has its contact, and its address unless `order.shippingAddress`
     * is another one. `order.expectedTotalAmount` is what is left to pay.
     * @returns the order, CREATED or PAID, and in `exchange` what was credited and what is refunded
     * @throws validation_failed when a field is missing, unknown or out of its bounds, or the order costs nothing
     * @throws empty_order when there are no lines
     * @throws return_not_found when there is no such return
     * @throws order_redacted when the contact and address of the order were erased, so that nothing can be sent
     * @throws order_changed when the old order has another version than `expectedVersion`; the details hold it
     * @throws nothing_to_refund when nothing came back, or all of it was refunded, replaced or exchanged
     * @throws units_not_in_return when the return owes fewer units of a line; the details say how many
     * @throws fees_exceed_refund when the fees are more than the units are worth; the details hold both
     * @throws dispute_open when the shopper's bank contests the old payment; the details name the dispute
     * @throws refund_exceeds_balance when less of the old payment is left, or it isn't captured; the details say so
     * @throws amount_not_supported when the old payment's gateway doesn't refund the rest; the details hold its step
     * @throws product_not_found when a product doesn't exist or is archived; the details list all such products
     * @throws currency_mismatch when the products have different currencies, or another one than the old order
     * @throws insufficient_stock when a product hasn't enough units; the details list all such products
     * @throws amount_too_large when an amount exceeds 2^53 - 1
     * @throws shipping_option_not_found when there is no such option, or it is archived
     * @throws shipping_option_not_applicable when the option doesn't apply; the details say why
     * @throws shipping_option_required when the shop requires an option and none is given
     * @throws total_changed when what is left to pay isn't `expectedTotalAmount`; the details hold it
     * @throws quote_refused when the quote service refuses the order; the details say why
     * @throws quote_unavailable when the quote service can't answer; nothing was done
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    exchangeReturn: async (input: z.input<typeof exchangeReturnInput>, call?: Call): Promise<ExchangeOrder> => {
      const given = parse(exchangeReturnInput, input);
      const command = { id: newId(), paymentId: newId(), refundId: newId(), ...given };
      if (!quoteService) return exchange(command, call, given);
      return read(async () =>
        placeWithService(db, quoteService, await readExchange(db, command), async (serviceLines) =>
          exchange({ ...command, serviceLines }, call, given),
        ),
      );
    },

    /**
     * Prices what `exchangeReturn` would do now, and changes nothing.
     * @returns the order's lines with the CREDIT line, what is left to pay (`totalAmount`), what would be refunded
     * (`refundAmount`), the shipping options that apply, and what is short
     * @throws validation_failed when a field is missing, unknown or out of its bounds, or the order costs nothing
     * @throws empty_order when there are no lines
     * @throws return_not_found when there is no such return
     * @throws order_redacted when the contact and address of the order were erased, so that nothing can be sent
     * @throws nothing_to_refund when nothing came back, or all of it was refunded, replaced or exchanged
     * @throws units_not_in_return when the return owes fewer units of a line; the details say how many
     * @throws fees_exceed_refund when the fees are more than the units are worth; the details hold both
     * @throws product_not_found when a product doesn't exist or is archived; the details list all such products
     * @throws currency_mismatch when the products have different currencies, or another one than the old order
     * @throws amount_too_large when an amount exceeds 2^53 - 1
     * @throws shipping_option_not_found when there is no such option, or it is archived
     * @throws shipping_option_not_applicable when the chosen option doesn't apply; the details say why
     * @throws quote_refused when the quote service refuses the order; the details say why
     * @throws quote_unavailable when the quote service can't answer
     * @throws database_unavailable when the database can't be reached
     * @throws overloaded when rows stay locked
     */
    previewExchange: async (input: z.input<typeof previewExchangeInput>): Promise<ExchangeQuote> => {
      const command = parse(previewExchangeInput, input);
      const worth = unwrap(onlyOutcome(await withTransaction(database, async (tx) => previewReturns(tx, [command]))));
      return read(async () => {
        const order = await readExchange(db, { id: newId(), ...command });
        return withCredit(await quoteOrder(db, { quote, quoteService }, order), worth);
      });
    },

    /**
     * Sends units once more, in place of units that came back or that the customer keeps. They leave in a READY
     * shipment of their own, take free stock, and aren't refunded any more.
     * @returns the return
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws return_not_found when there is no such return
     * @throws order_changed when the order has another version than `expectedVersion`; the details hold it
     * @throws order_redacted when the contact and address of the order were erased, so that nothing can be sent
     * @throws units_not_in_return when fewer units of a line are neither refunded nor replaced; the details say how
     * many
     * @throws insufficient_stock when a product hasn't enough free units; the details list all such products
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    replaceReturn: async (input: z.input<typeof replaceReturnInput>, call?: Call): Promise<ReturnView> =>
      replace(parse(replaceReturnInput, input), call),

    /**
     * Cancels a replacement that hasn't left. Its units are for sale again, and the return owes them once more: they
     * can be refunded, or replaced again.
     * @returns the return
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws return_not_found when there is no such return
     * @throws order_changed when the order has another version than `expectedVersion`; the details hold it
     * @throws shipment_not_found when no such shipment replaces units of the return
     * @throws invalid_transition when the replacement isn't READY
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    cancelReplacement: async (input: z.input<typeof cancelReplacementInput>, call?: Call): Promise<ReturnView> =>
      cancelReplacement(parse(cancelReplacementInput, input), call),

    /**
     * Gives back what a return has paid of an order that is PAID, without units: `amount`, or by default all that the
     * order still uses. It is refunded to the payment that it came from, by a job. The order's own money goes back
     * before, by `createRefund`.
     * @returns the credit
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws order_not_found when there is no such order
     * @throws refund_exceeds_balance when the order uses less of a credit, isn't PAID, or has money of its own; the
     * details hold the amount that can go back
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    refundCredit: async (input: z.input<typeof refundCreditInput>, call?: Call): Promise<CreditView> =>
      refundCredit(parse(refundCreditInput, input), call),

    /**
     * Lists what returns pay of other orders, the newest orders first, 1 to 100 a page (`limit`, 50 by default).
     * `orderId` is the order that is paid for; `returnId` and `status` select, too. RESERVED: that order is unpaid.
     * SPENT: it is paid. RELEASED: it ended unpaid.
     * @returns a page; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached
     */
    listCredits: async (input: z.input<typeof listCreditsInput> = {}): Promise<Page<CreditView>> =>
      listPage(db, listCreditsInput, input, readCreditViews),

    /**
     * Gives back up to `limit` credits (100 by default) that orders don't need any more. A job runs it.
     * @returns the number of credits that were looked at
     * @throws database_unavailable when the database can't be reached; the next run continues
     * @throws overloaded when rows stay locked; the next run continues
     * @throws outcome_unknown when the answer to COMMIT was lost; the next run continues
     */
    settleCredits: async (limit = 100): Promise<number> => withTransaction(database, async (tx) => settle(tx, limit)),
  };
}
