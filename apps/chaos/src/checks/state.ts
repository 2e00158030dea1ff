import type { BookEntry } from '../setup/gateway.ts';
import type { RunningShop } from '../setup/shop.ts';

export type OrderRow = { id: string; status: string; reference: string | null; needsAttention: string | null };
export type PaymentRow = {
  id: string;
  orderId: string;
  provider: string;
  status: string;
  currency: string;
  amount: number;
  authorizedAmount: number;
  capturedAmount: number;
  refundedAmount: number;
  surplus: boolean;
  failureCode: string | null;
  reportedAmount: number | null;
  reportedCurrency: string | null;
};
export type RefundRow = {
  id: string;
  paymentId: string;
  orderId: string;
  kind: string;
  status: string;
  amount: number;
  reason: string;
};
export type DisputeRow = { paymentId: string; gatewayDisputeId: string; status: string; amount: number };

/** The shop's and the gateways' books after the run. `Of` maps are keyed by the payment's id. */
export type State = {
  orders: Map<string, OrderRow>;
  payments: Map<string, PaymentRow>;
  refundsOf: Map<string, RefundRow[]>;
  disputesOf: Map<string, DisputeRow[]>;
  book: Map<string, BookEntry>;
};

/** Reads both books. */
export async function readState({ database, gateway }: Pick<RunningShop, 'database' | 'gateway'>): Promise<State> {
  const [orders, payments, refunds, disputes, book] = await Promise.all([
    database.query<OrderRow>('select id, status, reference, needs_attention as "needsAttention" from commerce.orders'),
    database.query<PaymentRow>(`
      select id, order_id as "orderId", provider, status, currency, amount, authorized_amount as "authorizedAmount",
        captured_amount as "capturedAmount", refunded_amount as "refundedAmount", surplus,
        failure_code as "failureCode", reported_amount as "reportedAmount", reported_currency as "reportedCurrency"
      from commerce.payments order by id`),
    database.query<RefundRow>(`
      select id, payment_id as "paymentId", order_id as "orderId", kind, status, amount, reason from commerce.refunds
        order by id`),
    database.query<DisputeRow>(`
      select payment_id as "paymentId", gateway_dispute_id as "gatewayDisputeId", status, amount
        from commerce.disputes`),
    gateway.book(),
  ]);
  return {
    orders: new Map(orders.map((order) => [order.id, order])),
    payments: new Map(payments.map((payment) => [payment.id, payment])),
    refundsOf: Map.groupBy(refunds, ({ paymentId }) => paymentId),
    disputesOf: Map.groupBy(disputes, ({ paymentId }) => paymentId),
    book: new Map(book.map((entry) => [entry.paymentId, entry])),
  };
}
