import type { ErrorBody } from '@commerce-core/api/client';
import { commerceErrorOf } from '@commerce-core/api/client';
import { TRPCClientError } from '@trpc/client';

/** Nobody answered, or nobody had room; asking again may help. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** The HTTP status of the shop's answer; undefined when it gave none. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof TRPCClientError)) return undefined;
  return (error.data as { httpStatus?: number } | null | undefined)?.httpStatus;
}

/** The shop's own code of a refusal, for instance `insufficient_stock`. */
export function commerceCode(error: unknown): ErrorBody['code'] | undefined {
  return commerceErrorOf(error)?.code;
}

/** Whether the shop understood the call and decided against it. */
export function isRefusal(error: unknown): boolean {
  const status = statusOf(error) ?? 0;
  return status >= 400 && status < 500 && ![401, 403, 429].includes(status);
}

/** That nobody answered, be it to a call of the typed client or to one of ours; undefined when somebody did. */
export function unreachable(error: unknown): Unreachable | undefined {
  if (error instanceof Unreachable) return error;
  return error instanceof Error && error.cause instanceof Unreachable ? error.cause : undefined;
}

/** Whether no other call will work either: nobody answers, there is no room, or the key opens nothing. */
export function isUnreachable(error: unknown): boolean {
  return unreachable(error) !== undefined || [401, 403, 429, 503].includes(statusOf(error) ?? 0);
}
