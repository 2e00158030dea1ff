import { TRPCClientError } from '@trpc/client';
import { commerceErrorOf, type ErrorBody } from '../client.ts';

/** How a call was refused: HTTP's status, and what a front end switches on. @throws Error when it wasn't */
export async function refused(call: Promise<unknown>): Promise<ErrorBody & { status: number }> {
  try {
    await call;
  } catch (error) {
    const body = commerceErrorOf(error);
    if (error instanceof TRPCClientError && body) return { status: error.data.httpStatus, ...body };
    throw error;
  }
  throw new Error('the call was not refused');
}
