import { paidOrder, firstShipment, setPayment, approvedPayment, recordEvent } from './statements.ts';
import { furtherParcelCorruptions } from './parcels.ts';
import { furtherTrackingCorruptions } from './tracking.ts';
import { firstId, type FurtherCorruption } from './corruption.ts';

const applied = (effect: string) => `id = ${firstId('gateway_events', `effect = '${effect}'`)}`;
const setGatewayEvent = (effect: string, assignments: string) =>
  `update commerce.gateway_events set ${assignments} where ${applied(effect)}`;
const created = firstId('orders', `status = 'CREATED'`);

/**
 * More ways to break the invariants of payments, gateway events and shipments, so that every part of their queries is
 * proven.
 */
export const furtherPaymentAndShipmentCorruptions: readonly FurtherCorruption[] = [
  ...furtherParcelCorruptions,
  ...furtherTrackingCorruptions,
  {
    check: 'order_paid_in_full',
    how: 'in another currency',
    statements: [setPayment(approvedPayment, `currency = 'USD'`)],
  },
  {
    check: 'payment_status_has_its_money',
    how: 'approved for less than its amount',
    withoutConstraints: ['payments.payments_authorized_in_full'],
    statements: [setPayment(approvedPayment, 'authorized_amount = 0')],
  },
  {
    check: 'payment_live_while_order_waits',
    how: 'a pending order without a live payment',
    statements: [setPayment(`status = 'CREATED'`, `status = 'CANCELED'`)],
  },
  {
    check: 'payment_changed_by_the_gateway',
    how: 'failed without a gateway event',
    statements: [`delete from commerce.gateway_events where effect = 'payment_failed'`],
  },
  {
    check: 'payment_changed_by_the_gateway',
    how: 'under review without a gateway event',
    statements: [`delete from commerce.gateway_events where effect = 'payment_in_review'`],
  },
  {
    check: 'payment_changed_by_the_gateway',
    how: 'approved without a gateway, though not free',
    statements: [setPayment(approvedPayment, `provider = 'none'`)],
  },
  {
    check: 'payment_is_as_last_recorded',
    how: 'without an event',
    statements: [
      `delete from commerce.events where type = 'payment.created'
      and payload ->> 'paymentId' = ${firstId('payments', `status = 'CREATED'`)}::text`,
    ],
  },
  {
    check: 'payment_is_as_last_recorded',
    how: 'an event without its payment',
    statements: [recordEvent(paidOrder, 'payment.created', `jsonb_build_object('paymentId', gen_random_uuid())`)],
  },
  {
    check: 'payment_is_as_last_recorded',
    how: 'recorded in the history of another order',
    statements: [setPayment(approvedPayment, `order_id = ${created}`)],
  },
  {
    check: 'refund_columns_are_sums_of_refunds',
    how: 'reserved without a refund',
    statements: [setPayment(approvedPayment, 'captured_amount = authorized_amount, refund_reserved_amount = 1')],
  },
  {
    check: 'refund_of_its_payment',
    how: 'of another order',
    statements: [`update commerce.refunds set order_id = ${created}`],
  },
  {
    check: 'inbox_conflict_contradicts_the_first',
    how: 'the same content',
    statements: [
      `update commerce.gateway_events set fingerprint = 'same' where provider_event_id = 'evt_contradicted'`,
    ],
  },
  {
    check: 'inbox_applied_shows',
    how: 'on no payment',
    statements: [setGatewayEvent('order_paid', 'payment_id = gen_random_uuid()')],
  },
  {
    check: 'inbox_applied_shows',
    how: 'of another provider',
    statements: [setGatewayEvent('order_paid', `provider = 'other'`)],
  },
  {
    check: 'inbox_applied_shows',
    how: 'paid with another amount',
    statements: [setGatewayEvent('order_paid', 'amount = amount + 1')],
  },
  {
    check: 'inbox_applied_shows',
    how: 'surplus of another amount',
    statements: [setGatewayEvent('surplus', 'amount = amount + 1')],
  },
  {
    check: 'inbox_applied_shows',
    how: 'failed for another reason',
    statements: [setGatewayEvent('payment_failed', `failure_code = 'x'`)],
  },
  {
    check: 'inbox_applied_shows',
    how: 'applied without an effect on the payment',
    statements: [setGatewayEvent('already_approved', `outcome = 'APPLIED'`)],
  },
  {
    check: 'shipment_within_order',
    how: 'a line that is no product',
    statements: [
      `insert into commerce.shipment_lines (shipment_id, order_id, line_no, quantity)
      select s.id, s.order_id, l.line_no, 1 from commerce.shipments s
      join commerce.order_lines l on l.order_id = s.order_id and l.kind = 'SHIPPING'
        where s.id = ${firstShipment('READY')}`,
    ],
  },
  {
    check: 'shipment_for_everything_paid',
    how: 'a unit too few',
    statements: [`update commerce.shipment_lines set quantity = quantity - 1 where quantity > 1`],
  },
  {
    check: 'order_fulfillment_follows_shipments',
    how: 'shipped, and missing on the order',
    statements: [
      `update commerce.shipments set status = 'SHIPPED', shipped_at = now(), carrier = 'P', tracking_number = '1'
      where id = ${firstShipment('READY')}`,
    ],
  },
];
