import '@commerce-core/core/gateway';

declare module '@commerce-core/core/gateway' {
  interface NextSteps {
    /** For Toss's SDK: `requestPayment({ orderId, amount })`. What it redirects with goes to `payment.confirm`. */
    toss: { clientKey: string; orderId: string; amount: number };
  }
}
