import { TRPCClientError } from '@trpc/client';
import { commerceErrorOf, type ErrorBody } from '../client.ts';

type WithoutHint<T> = T extends ErrorBody ? Omit<T, 'hint'> : never;

/**
 * Returns the HTTP status, code and details with which a call was refused.
 * @throws Error when the call succeeded, or the refusal has no hint
 */
export async function refusalFrom(call: Promise<unknown>): Promise<WithoutHint<ErrorBody> & { status: number }> {
  try {
    await call;
  } catch (error) {
    const body = commerceErrorOf(error);
    if (!(error instanceof TRPCClientError) || !body) throw error;
    const { hint, ...refusal } = body;
    if (!hint) throw new Error(`the refusal ${body.code} has no hint`, { cause: error });
    return { status: error.data.httpStatus, ...refusal };
  }
  throw new Error('the call was not refused');
}
