import { commerceErrorOf } from '@commerce-core/api/client';
import { CommanderError } from 'commander';
import { findConnection } from './connection.ts';
import { Failure } from './failure.ts';
import { commerceCode, errorData, isUnreachable, Unreachable } from './refusal.ts';
import { InputError } from './replay/read-rows.ts';

/** A failed command in words, and what the process ends with: 1 for a refusal or failure, 2 for a wrong call. */
export function explain(error: unknown): { message: string; exitCode: 1 | 2 } {
  if (error instanceof Failure) return { message: error.message, exitCode: error.exitCode };
  if (error instanceof InputError || error instanceof CommanderError) return { message: error.message, exitCode: 2 };
  if (error instanceof Unreachable) return { message: error.message, exitCode: 1 };
  if (isUnreachable(error)) return { message: nobodyThere(error), exitCode: 1 };
  const data = errorData(error);
  if (data) return { message: refused(error as Error), exitCode: 1 };
  if (error instanceof Error && error.name === 'TRPCClientError') {
    return { message: `What answers at ${shopUrl()} is not the shop's API.`, exitCode: 1 };
  }
  return { message: `Something went wrong here: ${error instanceof Error ? error.message : String(error)}`, exitCode: 1 };
}

function refused(error: Error): string {
  const { code, httpStatus } = errorData(error) ?? {};
  if (httpStatus === 401) {
    const source = process.env['COMMERCE_API_KEY'] ? 'COMMERCE_API_KEY' : '.data/local.json';
    return `The shop at ${shopUrl()} does not know the API key from ${source}: it is wrong or was revoked.`;
  }
  if (httpStatus === 403) return `The API key may not do that (${error.message}).`;
  if (httpStatus === 503) return `The shop at ${shopUrl()} has no room or no database just now. Try again.`;
  const lines = detailLines(commerceErrorOf(error)?.details);
  return [`${error.message} (${commerceCode(error) ?? code ?? 'no code'})`, ...lines].join('\n');
}

/** What the details of a refusal add to its message, a line each. */
function detailLines(details: unknown): string[] {
  if (typeof details !== 'object' || details === null) return [];
  const { products, issues, productIds, availableQty, reservedQty } = details as Record<string, unknown>;
  if (Array.isArray(products)) {
    return products.map(({ productId, askedQty, leftQty }) => `  ${productId}: ${askedQty} asked, ${leftQty} left`);
  }
  if (Array.isArray(issues)) return issues.map(({ path, message }) => `  ${path || 'input'}: ${message}`);
  if (Array.isArray(productIds)) return productIds.map((id) => `  ${id}`);
  if (typeof availableQty === 'number') return [`  on hand: ${availableQty}`];
  if (typeof reservedQty === 'number') return [`  held by orders: ${reservedQty}`];
  return [];
}

function nobodyThere(error: unknown): string {
  const codes: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there',
    ENOTFOUND: 'there is no such host',
    EAI_AGAIN: 'its name cannot be looked up',
    ECONNRESET: 'the connection broke',
    UND_ERR_SOCKET: 'the connection broke',
    UND_ERR_HEADERS_TIMEOUT: 'it took too long',
  };
  let why: string | undefined;
  for (let cause: unknown = error; cause instanceof Error && why === undefined; cause = cause.cause) {
    if ('code' in cause) why = codes[String(cause.code)];
  }
  return `No answer from ${shopUrl()}${why ? `: ${why}` : ''}. Is the shop running? \`npm start\` starts it.`;
}

function shopUrl(): string {
  try {
    return findConnection().url;
  } catch {
    return 'the shop';
  }
}
