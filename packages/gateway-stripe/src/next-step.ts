import '@commerce-core/core/gateway';

declare module '@commerce-core/core/gateway' {
  interface NextSteps {
    /** For Stripe.js, `stripe.confirmPayment({ clientSecret })`. */
    stripe: { clientSecret: string; publishableKey: string | null };
  }
}
