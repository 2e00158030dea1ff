import { createShippingOptionInput, listShippingOptionsInput, shippingOptionIdInput } from '@commerce-core/core';
import { procedure, router } from '../trpc/trpc.ts';

/**
 * Ways of shipping that shoppers choose, for operators with the scope `catalog`. Shoppers get those that apply to their
 * order from `order.quote`. Amounts are integers in minor units of `currency` (ISO 4217).
 */
export const shippingOptionRouter = router({
  /**
   * Creates an option. `name` has 1 to 300 characters, `priceAmount` is 0 to 10^12. An order whose products cost
   * `freeFromAmount` or more, before discounts, has it for nothing. `countries` (ISO 3166-1 alpha-2) and `productMax`
   * (units of products) say which orders it applies to; without them, to all of its currency.
   *
   * Returns the option.
   */
  create: procedure
    .input(createShippingOptionInput)
    .mutation(({ ctx, input }) => ctx.commerce.createShippingOption(input, ctx.call)),
  /**
   * Offers an option no longer. Orders that have it keep it. A call for an archived option changes nothing.
   *
   * Returns the option.
   * @throws shipping_option_not_found when no option has this id
   */
  archive: procedure
    .input(shippingOptionIdInput)
    .mutation(({ ctx, input }) => ctx.commerce.archiveShippingOption(input, ctx.call)),
  /** Returns a page of options, the latest first; archived ones with `includeArchived` only. */
  list: procedure
    .input(listShippingOptionsInput.optional())
    .query(({ ctx, input = {} }) => ctx.commerce.listShippingOptions(input)),
});
