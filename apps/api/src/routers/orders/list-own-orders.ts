import { operatorOrderFilters, type Commerce } from '@commerce-core/core';
import { ownOrders } from '../../auth/access.ts';
import type { Context } from '../../trpc/trpc.ts';
import { invalidField } from './new-order.ts';
import { withHints } from './with-hints.ts';

type Input = NonNullable<Parameters<Commerce['listOrders']>[0]>;

/**
 * A page of orders: a customer's own, or any for operators, with what to do about their attention.
 * @throws validation_failed when a customer gives a filter that is for operators
 */
export async function listOwnOrders({ caller, commerce }: Context, input: Input) {
  if (caller.kind === 'customer') {
    if (input.customerId !== undefined)
      throw invalidField('customerId', 'a customer’s list has only the customer’s own orders');
    for (const filter of operatorOrderFilters)
      if (input[filter] !== undefined) throw invalidField(filter, 'this filter is for operators');
  }
  const { items, ...page } = await commerce.listOrders({ ...input, ...ownOrders(caller) });
  return { items: items.map((order) => withHints(caller, order)), ...page };
}
