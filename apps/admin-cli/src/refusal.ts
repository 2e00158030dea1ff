import type { ErrorBody } from '@commerce-core/api/client';
import { commerceErrorOf } from '@commerce-core/api/client';
import { TRPCClientError } from '@trpc/client';

/** Nobody answered, or nobody had room; asking again may help. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

type ErrorData = { code?: string; httpStatus?: number };

/** What the server said of a call that it did not do; undefined when it said nothing. */
export function errorData(error: unknown): ErrorData | undefined {
  return error instanceof TRPCClientError ? ((error.data as ErrorData | null) ?? undefined) : undefined;
}

/** The shop's own code of a refusal, for instance `insufficient_stock`. */
export function commerceCode(error: unknown): ErrorBody['code'] | undefined {
  return commerceErrorOf(error)?.code;
}

/** Whether the shop understood the call and decided against it. */
export function isRefusal(error: unknown): boolean {
  const status = errorData(error)?.httpStatus ?? 0;
  return status >= 400 && status < 500 && ![401, 403, 429].includes(status);
}

/** Whether the connection broke, so that nobody knows what became of the call. */
export function isUnreachable(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  // fetch throws a TypeError for all that happens below HTTP.
  return error instanceof TRPCClientError && !error.data && error.cause instanceof TypeError;
}

/** Whether asking again may help. */
export function isTransient(error: unknown): boolean {
  return isUnreachable(error) || [429, 503].includes(errorData(error)?.httpStatus ?? 0);
}

/** Whether no other call will work either: nobody answers, or the key opens nothing. */
export function isHopeless(error: unknown): boolean {
  return isUnreachable(error) || [401, 403].includes(errorData(error)?.httpStatus ?? 0);
}
