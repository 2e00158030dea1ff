import './next-step.ts';

export { portoneGateway, type PortoneOptions } from './gateway.ts';
