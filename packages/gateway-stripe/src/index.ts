export { stripeGateway, type StripeOptions } from './stripe.ts';
