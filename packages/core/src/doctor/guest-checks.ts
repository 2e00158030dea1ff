import { quoted } from '../database/schema.ts';
import { unpaidStatuses } from '../order/order.ts';
import type { Check } from './check.ts';

const ofGuest = `o.customer_id = 'guest:' || o.id`;

export const guestChecks: readonly Check[] = [
  {
    name: 'guest_order_has_mail_address',
    sentence: 'An order of a guest has an e-mail address, unless its contact was erased.',
    query: `
      select o.id as "orderId", o.status from "commerce"."orders" o
      where ${ofGuest} and o.redacted_at is null and o.contact ->> 'email' is null`,
  },
  {
    name: 'guest_order_is_counted',
    sentence: 'An unpaid order of a guest is counted among the open ones.',
    query: `
      select o.id as "orderId", o.status from "commerce"."orders" o
      where ${ofGuest} and o.status in (${quoted(unpaidStatuses)})
        and not exists (select from "commerce"."open_guest_orders" g where g.order_id = o.id)`,
  },
];
