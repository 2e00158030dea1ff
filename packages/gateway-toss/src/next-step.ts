import '@commerce-core/core/gateway';

declare module '@commerce-core/core/gateway' {
  interface NextSteps {
    /**
     * For Toss's SDK, `requestPayment({ orderId, amount })`. `amount` is a decimal number, as Toss counts. The
     * `paymentKey` that Toss adds to the redirect goes to `payment.confirm` as `token`.
     */
    toss: { clientKey: string; orderId: string; amount: number };
  }
}
