import {
  alreadyChecked,
  CommerceError,
  customerId,
  listOrdersInput,
  orderHistoryInput,
  orderIdInput,
  placeOrderInput,
} from '@commerce-core/core';
import { ownOrders } from '../auth/access.ts';
import type { Caller } from '../auth/caller.ts';
import { procedure, router } from '../trpc/trpc.ts';

const createOrderInput = placeOrderInput.extend({ customerId: customerId.optional() });

export const orderRouter = router({
  create: procedure
    .input(createOrderInput)
    .mutation(({ ctx, input: { customerId: given, ...order } }) =>
      ctx.commerce.placeOrder(alreadyChecked({ customerId: orderedBy(ctx.caller, given), ...order }), ctx.call),
    ),
  get: procedure
    .input(orderIdInput)
    .query(({ ctx, input }) => ctx.commerce.getOrder({ ...input, ...ownOrders(ctx.caller) })),
  list: procedure.input(listOrdersInput.optional()).query(({ ctx, input = {} }) => {
    if (ctx.caller.kind === 'customer') {
      if (input.customerId !== undefined) throw refusedField('customerId', 'the list is always the caller’s own');
      if (input.needsAttention !== undefined) throw refusedField('needsAttention', 'this filter is for operators');
    }
    return ctx.commerce.listOrders({ ...input, ...ownOrders(ctx.caller) });
  }),
  history: procedure
    .input(orderHistoryInput)
    .query(({ ctx, input }) => ctx.commerce.orderHistory({ ...input, ...ownOrders(ctx.caller) })),
  cancel: procedure
    .input(orderIdInput)
    .mutation(({ ctx, input }) => ctx.commerce.cancelOrder({ ...input, ...ownOrders(ctx.caller) }, ctx.call)),
  clearAttention: procedure.input(orderIdInput).mutation(({ ctx, input }) => ctx.commerce.clearAttention(input)),
});

/** A customer orders for nobody else, an operator never for themselves. @throws validation_failed */
function orderedBy(caller: Caller, given: string | undefined): string {
  const { customerId: own } = ownOrders(caller);
  if (own !== undefined && given !== undefined) throw refusedField('customerId', 'the customer is who calls');
  const customer = own ?? given;
  if (customer === undefined) throw refusedField('customerId', 'an operator says whose order it is');
  return customer;
}

const refusedField = (path: string, message: string) =>
  new CommerceError('validation_failed', `${path}: ${message}`, { issues: [{ path, message }] });
