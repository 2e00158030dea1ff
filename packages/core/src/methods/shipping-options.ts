import type { z } from 'zod';
import type { Page } from '../database/page.ts';
import { archiveShippingOptions, createShippingOptions } from '../flows/pricing/change-shipping-options.ts';
import { newId } from '../ids.ts';
import {
  createShippingOptionInput,
  listShippingOptionsInput,
  shippingOptionIdInput,
} from '../pricing/shipping-option-input.ts';
import { listShippingOptions } from '../pricing/shipping-option-repository.ts';
import type { ShippingOption } from '../pricing/shipping-option.ts';
import { shippingOptions } from '../pricing/tables.ts';
import type { Call, Context } from '../run/context.ts';
import { listPage } from '../run/list-page.ts';
import { runAlone } from '../run/run-flow.ts';
import { parse } from '../validation.ts';

/** Ways of shipping that shoppers choose. Amounts are integer minor units of the option's currency. */
export function shippingOptionMethods(context: Context) {
  const { db } = context.database;
  const create = runAlone(context, {
    name: 'shippingOption.create',
    flow: createShippingOptions,
    answer: shippingOptions,
  });
  const archive = runAlone(context, {
    name: 'shippingOption.archive',
    flow: archiveShippingOptions,
    answer: shippingOptions,
  });

  return {
    /**
     * Creates a shipping option, which is offered at once. `name` has 1 to 300 characters, `priceAmount` is 0 to 10^12
     * minor units of `currency`. The option costs nothing for orders whose products cost `freeFromAmount` or more,
     * before discounts. `countries` (1 to 300 codes of ISO 3166-1 alpha-2) and `productMax` (units of products) say
     * which orders it applies to; without them, to all of its currency.
     * @returns the option
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    createShippingOption: async (
      input: z.input<typeof createShippingOptionInput>,
      call?: Call,
    ): Promise<ShippingOption> => {
      const option = parse(createShippingOptionInput, input);
      return create({ id: newId(), ...option }, call, option);
    },

    /**
     * Offers a shipping option no longer. Orders that have it keep it. To change a price, create another option and
     * archive the old one.
     * @returns the option; unchanged when it is archived already
     * @throws validation_failed when the id isn't a UUID
     * @throws shipping_option_not_found when there is no such option
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    archiveShippingOption: async (input: z.input<typeof shippingOptionIdInput>, call?: Call): Promise<ShippingOption> =>
      archive(parse(shippingOptionIdInput, input), call),

    /**
     * Lists shipping options, the newest first, 1 to 100 a page (`limit`, 50 by default). Archived options are left out
     * unless `includeArchived` is set.
     * @returns a page; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached
     */
    listShippingOptions: async (input: z.input<typeof listShippingOptionsInput> = {}): Promise<Page<ShippingOption>> =>
      listPage(db, listShippingOptionsInput, input, listShippingOptions),
  };
}
