import { CommerceError, validationError, type ErrorBody, type ErrorKind } from '@commerce-core/core';
import { TRPCError, type TRPC_ERROR_CODE_KEY } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import { z } from 'zod';

/** How a kind of refusal is told: tRPC's code, which implies the HTTP status. */
const trpcCodes = {
  invalid: 'BAD_REQUEST',
  unauthenticated: 'UNAUTHORIZED',
  forbidden: 'FORBIDDEN',
  missing: 'NOT_FOUND',
  conflict: 'CONFLICT',
  reused: 'UNPROCESSABLE_CONTENT',
  too_large: 'PAYLOAD_TOO_LARGE',
  limited: 'TOO_MANY_REQUESTS',
  unavailable: 'SERVICE_UNAVAILABLE',
  // nginx's 499: nobody reads it, but logs and metrics tell it from a fault of ours.
  client_closed: 'CLIENT_CLOSED_REQUEST',
  internal: 'INTERNAL_SERVER_ERROR',
} as const satisfies Record<ErrorKind, TRPC_ERROR_CODE_KEY>;

/** What a caller is told when something was thrown: a code to switch on, a sentence, never what went wrong inside. */
export type Refusal = { code: TRPC_ERROR_CODE_KEY; status: number; message: string; body: ErrorBody };

/** @returns for a refusal itself, for anything else internal_error with a sentence that gives nothing away */
export function refusalOf(thrown: unknown): Refusal {
  // tRPC wraps what a procedure threw; an error of tRPC's own has no cause, or the caller's broken JSON.
  if (!(thrown instanceof TRPCError)) return refuse(commerceErrorOf(thrown));
  if (thrown.code === 'INTERNAL_SERVER_ERROR') return refuse(commerceErrorOf(thrown.cause));
  if (thrown.cause instanceof z.ZodError) return refuse(validationError(thrown.cause));
  if (thrown.cause instanceof CommerceError) return refuse(thrown.cause);
  if (thrown.code === 'NOT_FOUND') return refuse(new CommerceError('not_found', 'there is no such procedure'));
  // About the request as such (its JSON, method, content type or batch): tRPC's own code and status stay.
  return refuse(new CommerceError('validation_failed', requestFault(thrown), { issues: [] }), thrown.code);
}

function requestFault({ code, cause, message }: TRPCError): string {
  // A parser's own message quotes what it couldn't read.
  if (cause instanceof SyntaxError) return 'the input is not well-formed JSON';
  if (cause !== undefined) return 'the request is not well-formed';
  if (code === 'METHOD_NOT_SUPPORTED') return 'queries are asked with GET, mutations with POST';
  if (code === 'UNSUPPORTED_MEDIA_TYPE') return 'only application/json is understood here';
  return message;
}

function commerceErrorOf(thrown: unknown): CommerceError {
  if (thrown instanceof CommerceError && thrown.kind !== 'internal') return thrown;
  return new CommerceError('internal_error', 'something went wrong on our side; the request id helps us to find it');
}

function refuse(error: CommerceError, code: TRPC_ERROR_CODE_KEY = trpcCodes[error.kind]): Refusal {
  const status = getHTTPStatusCodeFromError(new TRPCError({ code }));
  // Code and details belong together by CommerceError's own type, which can't be told to the compiler here.
  return { code, status, message: error.message, body: { code: error.code, details: error.details } as ErrorBody };
}

/** tRPC's error object on the wire. */
export function errorShape(thrown: unknown, path: string | undefined) {
  const { code, status, message, body } = refusalOf(thrown);
  return {
    code: TRPC_ERROR_CODES_BY_KEY[code],
    message,
    data: { code, httpStatus: status, ...(path === undefined ? {} : { path }), commerce: body },
  };
}
