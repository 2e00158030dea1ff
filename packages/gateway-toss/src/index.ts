export { tossGateway, type TossOptions } from './toss.ts';
