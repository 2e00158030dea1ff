import { TRPCClientError } from '@trpc/client';
import { commerceErrorOf, type ErrorBody } from '../client.ts';

/** Returns the HTTP status, code and details with which a call was refused. @throws Error when the call succeeded */
export async function refusalFrom(call: Promise<unknown>): Promise<ErrorBody & { status: number }> {
  try {
    await call;
  } catch (error) {
    const body = commerceErrorOf(error);
    if (error instanceof TRPCClientError && body) return { status: error.data.httpStatus, ...body };
    throw error;
  }
  throw new Error('the call was not refused');
}
