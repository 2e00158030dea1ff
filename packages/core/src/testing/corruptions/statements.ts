import { firstId } from './corruption.ts';

export const paidOrder = firstId('orders', `status = 'PAID' and fulfillment_status = 'UNFULFILLED'`);
export const orderPaidThenCanceled = `(
  select order_id from commerce.refunds where reason = 'order_canceled' order by id limit 1)`;
/** A canceled order whose refund was not sent yet. */
export const orderOwedMoney = `(
  select order_id from commerce.refunds where reason = 'order_canceled' and status = 'REQUESTED' order by id limit 1)`;
export const aProduct = `(
  select product_id from commerce.order_lines where product_id is not null order by order_id, line_no limit 1)`;
export const newUuid = 'gen_random_uuid()';

export const setOrder = (id: string, assignments: string) =>
  `update commerce.orders set ${assignments} where id = ${id}`;
/** Sets why an order needs attention: one reason, or none. */
export const setAttention = (id: string, reason: string | null): string =>
  setOrder(
    id,
    reason === null
      ? 'needs_attention = null, attention_reasons = null'
      : `needs_attention = '${reason}', attention_reasons = '["${reason}"]'`,
  );
export const setPayment = (where: string, assignments: string) =>
  `update commerce.payments set ${assignments} where id = ${firstId('payments', where)}`;
export const deleteEvent = (where: string) => `delete from commerce.events where id = ${firstId('events', where)}`;

/**
 * Records an event at the end of an order's history, with the order's present statuses and `facts`, a jsonb expression.
 */
export const recordEvent = (orderId: string, type: string, facts: string): string => `
  with recorded as (update commerce.orders set version = version + 1 where id = ${orderId} returning *)
  insert into commerce.events (id, aggregatetype, aggregateid, version, type, payload, created_at)
  select ${newUuid}, 'order', id, version, '${type}', jsonb_build_object('orderStatus', status,
    'fulfillmentStatus', fulfillment_status, 'reservationStatus', reservation_status) || ${facts}, now() from recorded`;

export const addPayment = (orderId: string, status: string, authorized: string): string => `
  insert into commerce.payments (id, order_id, provider, status, currency, amount, authorized_amount, captured_amount,
    refunded_amount, refund_reserved_amount, surplus, created_at, updated_at)
  select ${newUuid}, id, 'mock', '${status}', currency, total_amount, ${authorized}, 0, 0, 0, false, now(), now()
  from commerce.orders where id = ${orderId}`;

export const copyGatewayEvent = (where: string, id: string): string => `
  insert into commerce.gateway_events (id, provider, provider_event_id, type, payment_id, amount, currency,
    failure_code, fingerprint, outcome, effect, attempts, due_at, received_at, decided_at)
  select ${newUuid}, provider, ${id}, type, payment_id, amount, currency,
    failure_code, fingerprint, outcome, effect, attempts, due_at, received_at, decided_at
  from commerce.gateway_events where id = ${firstId('gateway_events', where)}`;

export const addKey = (answer: string, keptFor: string): string => `
  insert into commerce.idempotency_keys (scope, key, procedure, fingerprint, answer, expires_at)
  values ('customer:1', 'a key', 'order.create', sha256('x'), ${answer}, now() + interval ${keptFor})`;

export const addRefund = (paymentWhere: string, kind: string, status: string, amount: string): string => `
  insert into commerce.refunds (id, payment_id, order_id, kind, status, amount, currency, reason,
    created_at, updated_at)
  select ${newUuid}, id, order_id, '${kind}', '${status}', ${amount}, currency, 'surplus', now(), now()
  from commerce.payments where id = ${firstId('payments', paymentWhere)}`;

export const firstShipment = (status: string) => firstId('shipments', `status = '${status}'`);
export const approvedPayment = `status = 'AUTHORIZED' and not surplus and order_id = ${paidOrder}`;
