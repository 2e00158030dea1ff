import '@commerce-core/core/gateway';

declare module '@commerce-core/core/gateway' {
  interface NextSteps {
    /** For `PortOne.requestPayment` of the browser SDK. `totalAmount` is minor units, as PortOne counts. */
    portone: { storeId: string; channelKey: string; paymentId: string; totalAmount: number; currency: string };
  }
}
