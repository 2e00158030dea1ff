import type { Corruption } from './corruption.ts';

/** One way to break each invariant of guests' orders, by the name of its check. */
export const guestCorruptions: Record<string, Corruption> = {
  guest_order_has_mail_address: {
    statements: [
      `update commerce.orders set contact = '{"name":"Jo"}' where customer_id = 'guest:' || id and redacted_at is null`,
    ],
  },
  guest_order_is_counted: { statements: ['delete from commerce.open_guest_orders'] },
};
