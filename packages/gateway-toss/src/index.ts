import './next-step.ts';

export { tossGateway, type TossOptions } from './gateway.ts';
