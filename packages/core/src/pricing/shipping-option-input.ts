import { z } from 'zod';
import { country } from '../countries.ts';
import { currency } from '../currency.ts';
import { id } from '../ids.ts';
import { pageInput } from '../list-input.ts';
import { unitAmountMax } from '../money.ts';
import { line } from '../text.ts';

export const createShippingOptionInput = z.strictObject({
  name: line(300),
  priceAmount: z.int().min(0).max(unitAmountMax),
  currency,
  freeFromAmount: z.int().min(0).optional(),
  countries: z
    .array(country)
    .min(1)
    .max(300)
    .refine((all) => new Set(all).size === all.length, 'must not name a country twice')
    .optional(),
  productMax: z.int().min(1).max(2_000_000_000).optional(),
});
export type CreateShippingOption = z.output<typeof createShippingOptionInput>;

export const shippingOptionIdInput = z.strictObject({ shippingOptionId: id });

export const listShippingOptionsInput = z.strictObject({ ...pageInput, includeArchived: z.boolean().optional() });
