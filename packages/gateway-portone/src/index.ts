export { portoneGateway, type PortoneOptions } from './portone.ts';
