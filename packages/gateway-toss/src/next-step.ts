import '@commerce-core/core/gateway';

declare module '@commerce-core/core/gateway' {
  interface NextSteps {
    /**
     * For Toss's SDK, `requestPayment({ orderId, amount })`. The `paymentKey` that Toss adds to the redirect goes to
     * `payment.confirm` as `token`.
     */
    toss: {
      clientKey: string;
      orderId: string;
      /**
       * In the currency's own unit, as Toss counts.
       * @decimal
       */
      amount: number;
    };
  }
}
