import {
  CommerceError,
  errorKinds,
  hintOf,
  validationError,
  type ErrorBody,
  type ErrorCode,
  type ErrorKind,
} from '@commerce-core/core';
import { TRPCError, type TRPC_ERROR_CODE_KEY } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import { z } from 'zod';
import type { Caller } from '../auth/caller.ts';
import { shortagesFor } from '../auth/shopper-stock.ts';

/** tRPC's code for each kind of error; the code determines the HTTP status. */
const trpcCodes = {
  invalid: 'BAD_REQUEST',
  unauthenticated: 'UNAUTHORIZED',
  forbidden: 'FORBIDDEN',
  missing: 'NOT_FOUND',
  conflict: 'CONFLICT',
  reused: 'UNPROCESSABLE_CONTENT',
  too_large: 'PAYLOAD_TOO_LARGE',
  unsupported_media: 'UNSUPPORTED_MEDIA_TYPE',
  limited: 'TOO_MANY_REQUESTS',
  unavailable: 'SERVICE_UNAVAILABLE',
  // 499, nginx's status for a closed connection. No client reads it; logs and metrics do not count it as a server
  // error.
  client_closed: 'CLIENT_CLOSED_REQUEST',
  internal: 'INTERNAL_SERVER_ERROR',
} as const satisfies Record<ErrorKind, TRPC_ERROR_CODE_KEY>;

/** What a caller gets for a thrown error: a code, a sentence, a hint and details, never internals. */
export type Refusal = { code: TRPC_ERROR_CODE_KEY; status: number; message: string; body: ErrorBody };

/**
 * Converts a thrown error for the caller. A CommerceError is returned as it is; an error of tRPC about the request
 * becomes `validation_failed` or `not_found`; any other error becomes `internal_error` with a fixed sentence. A shopper
 * learns less of the stock than an operator.
 */
export function refusalOf(thrown: unknown, caller?: Caller): Refusal {
  const refusal = wholeRefusalOf(thrown);
  const { body } = refusal;
  if (body.code !== 'insufficient_stock') return refusal;
  return { ...refusal, body: { ...body, details: { products: shortagesFor(caller, body.details.products) } } };
}

function wholeRefusalOf(thrown: unknown): Refusal {
  // tRPC wraps what a procedure threw. An error of tRPC itself has no cause, or the failed parse of the caller's JSON.
  if (!(thrown instanceof TRPCError)) return refuse(commerceErrorOf(thrown));
  if (thrown.code === 'INTERNAL_SERVER_ERROR') return refuse(commerceErrorOf(thrown.cause));
  if (thrown.cause instanceof z.ZodError) return refuse(validationError(thrown.cause));
  if (thrown.cause instanceof CommerceError) return refuse(thrown.cause);
  if (thrown.code === 'NOT_FOUND') return refuse(new CommerceError('not_found', 'there is no such procedure'));
  // The error is about the request (JSON, method, content type or batch), so tRPC's own code and status stay.
  return refuse(new CommerceError('validation_failed', requestError(thrown), { issues: [] }), thrown.code);
}

function requestError({ code, cause, message }: TRPCError): string {
  // The parser's own message quotes the input.
  if (cause instanceof SyntaxError) return 'the input is not well-formed JSON';
  if (cause !== undefined) return 'the request is not well-formed';
  if (code === 'METHOD_NOT_SUPPORTED') return 'queries need GET, mutations need POST';
  if (code === 'UNSUPPORTED_MEDIA_TYPE') return 'only application/json in UTF-8 is accepted';
  return message;
}

function commerceErrorOf(thrown: unknown): CommerceError {
  if (thrown instanceof CommerceError && thrown.kind !== 'internal') return thrown;
  return new CommerceError(
    'internal_error',
    'the server had an internal error; the request id identifies it in the log',
  );
}

/** The code and the HTTP status that tRPC has for an error code of the shop. */
export function statusOf(code: ErrorCode, trpcCode: TRPC_ERROR_CODE_KEY = trpcCodes[errorKinds[code]]) {
  const status = getHTTPStatusCodeFromError(new TRPCError({ code: trpcCode }));
  return { code: trpcCode, status, number: TRPC_ERROR_CODES_BY_KEY[trpcCode] };
}

function refuse(error: CommerceError, trpcCode?: TRPC_ERROR_CODE_KEY): Refusal {
  const { code, status } = statusOf(error.code, trpcCode);
  // CommerceError's constructor ties the details to the code; the compiler cannot see that for a union of codes.
  const body = { code: error.code, hint: hintOf(error), details: error.details } as ErrorBody;
  return { code, status, message: error.message, body };
}

/** The error object that tRPC's clients read. `path` is the procedure, if one was called. */
export function errorShape({ code, status, message, body }: Refusal, path: string | undefined) {
  return {
    code: TRPC_ERROR_CODES_BY_KEY[code],
    message,
    data: { code, httpStatus: status, ...(path === undefined ? {} : { path }), commerce: body },
  };
}
