import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, refused, type Outcome } from '../../errors.ts';
import type { CreateShippingOption } from '../../pricing/shipping-option-input.ts';
import {
  archiveShippingOption,
  insertShippingOption,
  lockShippingOption,
} from '../../pricing/shipping-option-repository.ts';
import type { ShippingOption } from '../../pricing/shipping-option.ts';

/** An option to create. The caller makes `id` before the transaction. */
export type CreateShippingOptionCommand = CreateShippingOption & { id: string };

/** Creates options, which are offered at once. */
export async function createShippingOptions(
  tx: Transaction,
  commands: readonly CreateShippingOptionCommand[],
): Promise<Outcome<ShippingOption>[]> {
  await tx.began;
  const rows = commands.map(({ freeFromAmount, countries, productMax, ...command }): ShippingOption => ({
    ...command,
    freeFromAmount: freeFromAmount ?? null,
    countries: countries ?? null,
    productMax: productMax ?? null,
    archivedAt: null,
    createdAt: tx.now,
    updatedAt: tx.now,
  }));
  for (const row of rows) await insertShippingOption(tx, row);
  return rows.map(accepted);
}

export const noSuchOption = (): CommerceError =>
  new CommerceError('shipping_option_not_found', 'there is no such shipping option');

/**
 * Archives options: no further order can have them. Orders that have them keep them.
 * @returns the option; unchanged when it is archived already · refusals: shipping_option_not_found
 */
export async function archiveShippingOptions(
  tx: Transaction,
  commands: readonly { shippingOptionId: string }[],
): Promise<Outcome<ShippingOption>[]> {
  await tx.began;
  const outcomes: Outcome<ShippingOption>[] = [];
  for (const { shippingOptionId } of commands) outcomes.push(await archive(tx, shippingOptionId));
  return outcomes;
}

async function archive(tx: Transaction, id: string): Promise<Outcome<ShippingOption>> {
  const option = await lockShippingOption(tx, id);
  if (!option) return refused(noSuchOption());
  if (option.archivedAt !== null) return accepted(option);
  const archived = { ...option, archivedAt: tx.now, updatedAt: tx.now };
  await archiveShippingOption(tx, archived);
  return accepted(archived);
}
