import './next-step.ts';

export { stripeGateway, type StripeOptions } from './gateway.ts';
