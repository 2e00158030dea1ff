import type { Scope } from '@commerce-core/core';
import { forbidden, unauthenticated, type Caller } from './caller.ts';

/**
 * Who may call a procedure: anybody; customers (for what is theirs); operators whose key has a scope, or any operator.
 */
export type Access = 'public' | { customer: boolean; operator: Scope | 'any' };

const public_ = 'public' as const;
const operator = (scope: Scope | 'any') => ({ customer: false, operator: scope });
const customerOr = (scope: Scope) => ({ customer: true, operator: scope });

/** The one table of rights. A procedure that isn't in it can't be called by anybody. */
export const access: Readonly<Record<string, Access>> = {
  'product.list': public_,
  'product.get': public_,
  'product.create': operator('catalog'),
  'product.rename': operator('catalog'),
  'product.reprice': operator('catalog'),
  'product.archive': operator('catalog'),

  'stock.get': operator('stock'),
  'stock.movements': operator('stock'),
  'stock.receive': operator('stock'),
  'stock.set': operator('stock'),

  'order.create': customerOr('orders'),
  'order.get': customerOr('orders'),
  'order.list': customerOr('orders'),
  'order.history': customerOr('orders'),
  'order.cancel': customerOr('orders'),
  'order.clearAttention': operator('orders'),

  // An attempt moves no money by itself, the gateway's word does: who places orders for customers may start one.
  'payment.create': customerOr('orders'),
  'payment.resume': customerOr('orders'),
  'payment.confirm': customerOr('orders'),
  'payment.list': customerOr('orders'),
  'payment.get': operator('money'),
  'payment.listAll': operator('money'),
  'payment.capture': operator('money'),
  'payment.decideReview': operator('money'),
  'payment.poll': operator('money'),
  'refund.create': operator('money'),
  'refund.list': operator('money'),
  'dispute.list': operator('money'),

  'shipment.list': customerOr('orders'),
  'shipment.dispatch': operator('orders'),
  'shipment.markInTransit': operator('orders'),
  'shipment.deliver': operator('orders'),

  // What gateways said, and what they are asked: one conversation, and none of it can be decided on here.
  'gatewayEvent.list': operator('gateway-events'),
  'gatewayEvent.get': operator('gateway-events'),
  'gatewayEvent.redrive': operator('gateway-events'),
  'gatewayEvent.dismiss': operator('gateway-events'),
  'gatewayEvent.fetchMissed': operator('gateway-events'),
  'gatewayCall.list': operator('gateway-events'),

  'apiKey.list': operator('keys'),
  'apiKey.create': operator('keys'),
  'apiKey.revoke': operator('keys'),

  'system.doctor': operator('any'),
};

/** @throws unauthenticated when nobody is known · forbidden when who is known may not */
export function authorize(path: string, caller: Caller): void {
  const rule = Object.hasOwn(access, path) ? access[path] : undefined;
  if (rule === undefined) throw forbidden('nobody may call this');
  if (rule === 'public') return;
  switch (caller.kind) {
    case 'anonymous':
      throw unauthenticated('this needs an Authorization header with a bearer token');
    case 'customer':
      if (rule.customer) return;
      throw forbidden('this is for operators');
    case 'operator':
      if (rule.operator !== 'any') requireScope(caller, rule.operator);
  }
}

/** For what only some callers of a procedure may ask. @throws unauthenticated · forbidden */
export function requireScope(caller: Caller, scope: Scope): void {
  if (caller.kind === 'anonymous') throw unauthenticated(`this needs an API key with the scope ${scope}`);
  if (caller.kind === 'operator' && caller.scopes.includes(scope)) return;
  throw forbidden(`this needs an API key with the scope ${scope}`);
}

/** Whose orders a caller may touch: a customer their own, an operator (undefined) any. @throws unauthenticated */
export function ownOrders(caller: Caller): { customerId?: string } {
  if (caller.kind === 'anonymous') throw unauthenticated('this needs an Authorization header with a bearer token');
  return caller.kind === 'customer' ? { customerId: caller.customerId } : {};
}
