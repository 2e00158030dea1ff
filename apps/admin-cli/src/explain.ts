import { commerceErrorOf, type ErrorBody } from '@commerce-core/client';
import { TRPCClientError } from '@trpc/client';
import { CommanderError } from 'commander';
import type { CommandContext } from './command-context.ts';
import { findConnection } from './connection.ts';
import { knownSku } from './find-product.ts';
import { Failure } from './failure.ts';
import { hintFor } from './hints.ts';
import { formatMoney } from './money.ts';
import { Refusal, statusOf, unreachable } from './refusal.ts';
import { InputError } from './replay/input-error.ts';

/** Explains why a command failed, with the exit code: 1 for a refusal or failure, 2 for a wrong call. */
export function explain(error: unknown, context: CommandContext): { message: string; exitCode: 1 | 2 } {
  if (error instanceof Failure) return { message: error.message, exitCode: error.exitCode };
  if (error instanceof InputError || error instanceof CommanderError) return { message: error.message, exitCode: 2 };
  const noAnswer = unreachable(error);
  if (noAnswer) return { message: noAnswer.message, exitCode: 1 };
  if (error instanceof TRPCClientError || error instanceof Refusal) {
    const body = error instanceof Refusal ? error.body : commerceErrorOf(error);
    return {
      message: body
        ? `${refused(error, body, context)}\n${hintFor(body)}`
        : `What answers at ${shopOf(context).url} is not the shop's API.`,
      exitCode: 1,
    };
  }
  return {
    message: `Something went wrong here: ${error instanceof Error ? error.message : String(error)}`,
    exitCode: 1,
  };
}

function refused(error: Error, body: ErrorBody, context: CommandContext): string {
  const status = statusOf(error);
  if (status === 401) {
    const { url, keySource } = shopOf(context);
    return `The shop at ${url} does not know the API key from ${keySource}: it is wrong or was revoked.`;
  }
  if (status === 503)
    return `The shop at ${shopOf(context).url} cannot do this just now: ${error.message} (${body.code})`;
  if (status === 403) return `The API key may not do that (${error.message}).`;
  return [`${error.message} (${body.code})`, ...detailLines(body.details)].join('\n');
}

/** The lines that the details of a refusal add to its message. */
function detailLines(details: unknown): string[] {
  if (typeof details !== 'object' || details === null) return [];
  const { products, issues, productIds, shelfQty, reservedQty, unshippedQty, imported, ...money } = details as Record<
    string,
    unknown
  >;
  if (typeof imported === 'object' && imported !== null)
    return [
      `  before that: ${Object.entries(imported)
        .map(([what, count]) => `${count} ${what}`)
        .join(', ')}`,
    ];
  const { refundableAmount, authorizedAmount, currency, lineNo, refundableQty, restockableQty, failureCode } = money;
  if (Array.isArray(products)) {
    return products.map(
      ({ productId, requestedQty, sellableQty }) =>
        `  ${nameOf(productId)}: ${requestedQty} requested, ${sellableQty} left`,
    );
  }
  // The message of the refusal is its first issue.
  if (Array.isArray(issues)) return issues.slice(1).map(({ path, message }) => `  ${path || 'input'}: ${message}`);
  if (Array.isArray(productIds)) return productIds.map((id) => `  ${nameOf(id)}`);
  if (typeof shelfQty === 'number') return [`  on the shelf: ${shelfQty}`];
  if (typeof reservedQty === 'number')
    return [`  reserved by orders: ${reservedQty}`, `  sold, unshipped: ${String(unshippedQty)}`];
  if (typeof refundableAmount === 'number')
    return [`  left to refund: ${formatMoney(refundableAmount, String(currency))}`];
  if (typeof authorizedAmount === 'number') return [`  authorized: ${formatMoney(authorizedAmount, String(currency))}`];
  if (typeof lineNo === 'number') return [`  line ${lineNo}: ${String(refundableQty ?? restockableQty)} left`];
  if (typeof failureCode === 'string') return [`  the gateway says: ${failureCode}`];
  return [];
}

const nameOf = (productId: string): string => knownSku(productId) ?? productId;

function shopOf(context: CommandContext): { url: string; keySource: string } {
  try {
    return findConnection(context);
  } catch {
    return { url: 'the shop', keySource: 'the environment' };
  }
}
