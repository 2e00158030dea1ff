import './next-step.ts';

export { stripeGateway, type StripeOptions } from './stripe.ts';
