import '@commerce-core/core/gateway';

declare module '@commerce-core/core/gateway' {
  interface NextSteps {
    /** For the browser SDK's `PortOne.requestPayment`. `totalAmount` in minor units, as PortOne takes it. */
    portone: { storeId: string; channelKey: string; paymentId: string; totalAmount: number; currency: string };
  }
}
