import type { TestApi } from '@commerce-core/api/testing';

/** Returns what a test does with the shop's time: rows that become due at once, and rows that become older. */
export function clockActions({ commerce, database }: TestApi) {
  const makeDue = async (table: 'gateway_calls' | 'gateway_events'): Promise<void> => {
    await database.pool.query(
      `update commerce.${table} set due_at = now() - interval '1 second' where due_at is not null`,
    );
  };

  return {
    /** Makes every open call once, even if it is not due yet. */
    async repeatCalls(): Promise<void> {
      await makeDue('gateway_calls');
      await commerce.callGateways(1_000);
    },
    /** Retries every waiting message once, even if it is not due yet. */
    async retryMessages(): Promise<void> {
      await makeDue('gateway_events');
      await commerce.retryGatewayEvents();
    },
    /** Ends an order's reservation and runs the expiry once. */
    async expireOrder({ orderId }: { orderId: string }): Promise<void> {
      await database.pool.query(`update commerce.orders set hold_until = now() - interval '1 second' where id = $1`, [
        orderId,
      ]);
      await commerce.expireOrders();
    },
    /** Moves the last poll of the order's payments an hour into the past. */
    async agePolls({ orderId }: { orderId: string }): Promise<void> {
      await database.pool.query(
        `update commerce.payments set asked_at = asked_at - interval '1 hour' where order_id = $1`,
        [orderId],
      );
    },
    /** Moves the creation of the order's open calls an hour into the past. */
    async ageCalls({ orderId }: { orderId: string }): Promise<void> {
      await database.pool.query(
        `update commerce.gateway_calls set created_at = created_at - interval '1 hour'
          where order_id = $1 and due_at is not null`,
        [orderId],
      );
    },
  };
}
