import type { ErrorBody } from '@commerce-core/client';
import { commerceErrorOf } from '@commerce-core/client';
import { TRPCClientError } from '@trpc/client';

/** No server answered, or the server was busy. A retry may succeed. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** The shop has refused a request that is no procedure. `body` is undefined when the answer is not the shop's. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly body: ErrorBody | undefined;

  constructor(message: string, status: number, body: ErrorBody | undefined) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

/** The HTTP status of the shop's answer; undefined without an answer. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof Refusal) return error.status;
  if (!(error instanceof TRPCClientError)) return undefined;
  return (error.data as { httpStatus?: number } | null | undefined)?.httpStatus;
}

/** The shop's error code, for instance `insufficient_stock`. */
export function commerceCode(error: unknown): ErrorBody['code'] | undefined {
  return commerceErrorOf(error)?.code;
}

/** Whether the shop understood the call and refused it. */
export function isRefusal(error: unknown): boolean {
  const status = statusOf(error) ?? 0;
  return status >= 400 && status < 500 && ![401, 403, 429].includes(status);
}

/** The error of a call that got no answer, from the typed client or from our own fetch; undefined otherwise. */
export function unreachable(error: unknown): Unreachable | undefined {
  if (error instanceof Unreachable) return error;
  return error instanceof Error && error.cause instanceof Unreachable ? error.cause : undefined;
}

/** Whether every other call would fail, too: no server answers, the server is busy, or the key is refused. */
export function isUnreachable(error: unknown): boolean {
  return unreachable(error) !== undefined || [401, 403, 429, 503].includes(statusOf(error) ?? 0);
}
