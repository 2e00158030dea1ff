export {
  commerceErrorOf,
  createClient,
  type AppRouter,
  type Client,
  type ClientOptions,
  type ErrorBody,
  type ErrorCode,
  type RouterInputs,
  type RouterOutputs,
} from '@commerce-core/api/client';
export { decimalsOf, formatMoney } from './money.ts';
