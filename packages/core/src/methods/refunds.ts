import { read } from '../database/transaction.ts';
import type { z } from 'zod';
import { pageOf } from '../database/page.ts';
import { createRefunds, type CreateRefundCommand } from '../flows/refund/create-refunds.ts';
import { newId } from '../ids.ts';
import { createRefundInput, listRefundsInput } from '../refund/refund-input.ts';
import { listRefunds } from '../refund/refund-repository.ts';
import { parse } from '../validation.ts';
import { mutation, type Call, type Context } from '../run/context.ts';

/** Money that goes back. Amounts are integer minor units. */
export function refundUseCases(context: Context) {
  const create = mutation(context, 'refund.create', createRefunds, ['createdAt', 'updatedAt']);
  return {
    /** Decides a refund and reserves its amount; it is sent right after, and ends by the gateway's word. */
    createRefund: async (input: z.input<typeof createRefundInput>, call?: Call) =>
      create(parse(createRefundInput, input), (asked): CreateRefundCommand => ({ id: newId(), ...asked }), call),
    listRefunds: async (input: z.input<typeof listRefundsInput> = {}) => {
      const { cursor, limit, ...filter } = parse(listRefundsInput, input);
      return read(async () =>
        pageOf(await listRefunds(context.database.db, filter, cursor, limit + 1), limit, ({ id }) => id),
      );
    },
  };
}
