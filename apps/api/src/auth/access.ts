import { guestIdOf, type Scope } from '@commerce-core/core';
import { forbidden, unauthenticated, type Caller } from './caller.ts';

/** Who may call a procedure: everyone, or some of these callers. */
export type Access =
  | 'public'
  | {
      /** Callers without a token, when the server takes orders of guests. */
      visitor: boolean;
      /** Guests, with the token of an order, for that order. */
      guest: boolean;
      /** Customers, for their own orders. */
      customer: boolean;
      /** Operators whose key has this scope, or any operator. */
      operator: Scope | 'any';
    };

const public_ = 'public' as const;
const operator = (scope: Scope | 'any') => ({ visitor: false, guest: false, customer: false, operator: scope });
/** Customers, and operators with the scope. */
const customerOr = (scope: Scope) => ({ ...operator(scope), customer: true });
/** The customer or guest who has placed the order, and operators with the scope. */
const ownerOr = (scope: Scope) => ({ ...customerOr(scope), guest: true });
/** Shoppers with or without an account, and operators with the scope. */
const shopperOr = (scope: Scope) => ({ ...customerOr(scope), visitor: true });

/** Who may call which procedure. A procedure that is missing here cannot be called at all. */
export const access: Readonly<Record<string, Access>> = {
  'product.list': public_,
  'product.get': public_,
  'product.create': operator('catalog'),
  'product.rename': operator('catalog'),
  'product.reprice': operator('catalog'),
  'product.update': operator('catalog'),
  'product.archive': operator('catalog'),

  'stock.get': operator('stock'),
  'stock.list': operator('stock'),
  'stock.movements': operator('stock'),
  'stock.receive': operator('stock'),
  'stock.count': operator('stock'),

  'shippingOption.create': operator('catalog'),
  'shippingOption.archive': operator('catalog'),
  'shippingOption.list': operator('catalog'),

  'order.quote': public_,
  'order.create': shopperOr('orders'),
  'order.get': ownerOr('orders'),
  'order.list': customerOr('orders'),
  'order.stats': operator('orders'),
  'order.history': customerOr('orders'),
  'order.watch': ownerOr('orders'),
  'order.cancel': ownerOr('orders'),
  // Who may cancel the whole may cancel a part: it moves less money by the same rule, at the prices that were paid.
  'order.cancelLines': ownerOr('orders'),
  'order.update': customerOr('orders'),
  'order.note': operator('orders'),
  'order.redact': operator('orders'),
  'order.clearAttention': operator('orders'),
  // A scope of its own, for the back end of the page on which guests find their orders: its key can do nothing else.
  'order.renewAccess': operator('guests'),

  // An attempt moves no money; only the gateway's report does. So callers who may place orders may also begin attempts.
  'payment.create': ownerOr('orders'),
  'payment.resume': ownerOr('orders'),
  'payment.confirm': ownerOr('orders'),
  'payment.list': ownerOr('orders'),
  'payment.get': operator('money'),
  'payment.listAll': operator('money'),
  'payment.reconcile': operator('money'),
  'payment.capture': operator('money'),
  'payment.decideReview': operator('money'),
  'payment.poll': operator('money'),
  'sales.daily': operator('money'),
  'refund.create': operator('money'),
  'refund.preview': operator('money'),
  'refund.list': operator('money'),
  'dispute.list': operator('money'),

  'return.request': ownerOr('orders'),
  'return.cancel': ownerOr('orders'),
  'return.get': ownerOr('orders'),
  'return.list': ownerOr('orders'),
  'return.approve': operator('orders'),
  'return.decline': operator('orders'),
  'return.receive': operator('orders'),
  'return.replace': operator('orders'),
  'return.cancelReplacement': operator('orders'),
  'return.close': operator('orders'),
  'return.preview': operator('money'),
  'return.refund': operator('money'),
  'return.previewExchange': operator('money'),
  // It places an order, too, so the router checks the scope `orders` besides.
  'return.exchange': operator('money'),
  'return.refundCredit': operator('money'),
  'return.listCredits': operator('money'),

  'shipment.list': ownerOr('orders'),
  'shipment.listAll': operator('orders'),
  'shipment.packingSlips': operator('orders'),
  'shipment.find': operator('orders'),
  'shipment.split': operator('orders'),
  'shipment.merge': operator('orders'),
  'shipment.dispatch': operator('orders'),
  'shipment.markInTransit': operator('orders'),
  'shipment.deliver': operator('orders'),
  'shipment.markLost': operator('orders'),
  'shipment.markReturned': operator('orders'),
  'parcel.deliver': operator('orders'),
  'parcel.correct': operator('orders'),
  'parcel.track': operator('orders'),
  'parcel.get': operator('orders'),
  'parcel.history': operator('orders'),
  'trackingMessage.list': operator('orders'),
  'trackingMessage.get': operator('orders'),
  'trackingMessage.redrive': operator('orders'),
  'trackingMessage.dismiss': operator('orders'),

  'event.list': operator('events'),
  'event.stream': operator('events'),

  // Messages from gateways and calls to them belong together, and neither lets an operator move money.
  'gatewayEvent.list': operator('gateway-events'),
  'gatewayEvent.get': operator('gateway-events'),
  'gatewayEvent.redrive': operator('gateway-events'),
  'gatewayEvent.dismiss': operator('gateway-events'),
  'gatewayEvent.fetchMissed': operator('gateway-events'),
  'gatewayCall.list': operator('gateway-events'),

  'webhookEndpoint.create': operator('webhooks'),
  'webhookEndpoint.get': operator('webhooks'),
  'webhookEndpoint.list': operator('webhooks'),
  'webhookEndpoint.update': operator('webhooks'),
  'webhookEndpoint.pause': operator('webhooks'),
  'webhookEndpoint.resume': operator('webhooks'),
  'webhookEndpoint.delete': operator('webhooks'),
  'webhookEndpoint.rotateSecret': operator('webhooks'),
  'webhookEndpoint.test': operator('webhooks'),
  'webhookEndpoint.rewind': operator('webhooks'),
  'delivery.list': operator('webhooks'),
  'delivery.redrive': operator('webhooks'),
  // A sink gets what webhooks get, all of it.
  'eventSink.list': operator('webhooks'),
  'eventSink.republish': operator('webhooks'),

  'apiKey.list': operator('keys'),
  'apiKey.create': operator('keys'),
  'apiKey.revoke': operator('keys'),

  // An operator's own session and links, with the rights of the operator's own key.
  'session.get': operator('any'),
  'session.createLink': operator('any'),
  // Whose key can revoke a key can end its sessions.
  'session.list': operator('keys'),
  'session.end': operator('keys'),

  'system.doctor': operator('any'),
  'system.status': operator('any'),
  // The router checks the scope, which depends on what is looked up.
  'system.lookUp': operator('any'),
};

/**
 * Checks that a caller may call the procedure at `path`.
 * @throws unauthenticated when the caller is anonymous and the procedure is not public
 * @throws forbidden when the caller is known and may not call the procedure
 */
export function authorize(path: string, caller: Caller): void {
  const rule = Object.hasOwn(access, path) ? access[path] : undefined;
  if (rule === undefined) throw forbidden('this procedure cannot be called');
  if (rule === 'public') return;
  switch (caller.kind) {
    case 'anonymous':
      if (rule.visitor && caller.mayOrder) return;
      throw unauthenticated('this needs an Authorization header with a bearer token');
    case 'guest':
      if (rule.guest) return;
      throw forbidden('the token of one order does not open this');
    case 'customer':
      if (rule.customer) return;
      throw forbidden('this is for operators');
    case 'operator':
      if (rule.operator !== 'any') requireScope(caller, rule.operator);
  }
}

/**
 * Checks a scope that only some inputs of a procedure need.
 * @throws unauthenticated when the caller is anonymous
 * @throws forbidden when the caller has no API key with this scope
 */
export function requireScope(caller: Caller, scope: Scope): void {
  if (caller.kind === 'anonymous') throw unauthenticated(`this needs an API key with the scope ${scope}`);
  if (caller.kind === 'operator' && caller.scopes.includes(scope)) return;
  throw forbidden(`this needs an API key with the scope ${scope}`);
}

/**
 * Checks that the caller has one of these scopes.
 * @throws forbidden when the caller has no API key with one of them
 */
export function requireOneOf(caller: Caller, allowed: readonly Scope[]): void {
  if (caller.kind === 'operator' && allowed.some((scope) => caller.scopes.includes(scope))) return;
  throw forbidden(`this needs an API key with one of the scopes ${allowed.join(', ')}`);
}

/**
 * The operator who calls a procedure for operators.
 * @throws forbidden when the caller is no operator
 */
export function operatorOf(caller: Caller): Extract<Caller, { kind: 'operator' }> {
  if (caller.kind === 'operator') return caller;
  throw forbidden('this is for operators');
}

/**
 * The filter for the orders that a caller may use: a customer's own, a guest's one order, or without `customerId` all,
 * for an operator.
 * @throws unauthenticated when the caller is anonymous
 */
export function ownOrders(caller: Caller): { customerId?: string } {
  if (caller.kind === 'anonymous') throw unauthenticated('this needs an Authorization header with a bearer token');
  if (caller.kind === 'guest') return { customerId: guestIdOf(caller.orderId) };
  return caller.kind === 'customer' ? { customerId: caller.customerId } : {};
}
