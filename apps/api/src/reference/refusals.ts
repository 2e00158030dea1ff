import { errorHints, errorKinds, type ErrorCode, type ErrorKind } from '@commerce-core/core';
import { statusOf } from '../http/refusal.ts';
import type { CompiledApi, Thrown } from './compiled-procedures.ts';
import { schemaRef, type JsonSchema } from './json-schema.ts';

/** A response of the document. */
export type ResponseObject = {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, { schema: JsonSchema }>;
};

/** What a caller can get of a procedure: the codes with their conditions. */
export type Refusals = ReadonlyMap<ErrorCode, string[]>;

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorKinds, code);

type Facts = { isMutation: boolean; takesKey: boolean };

/** The codes of a procedure: its own, and those of all procedures that concern it. */
export function refusalsOf(own: readonly Thrown[], general: readonly Thrown[], facts: Facts): Refusals {
  const codes = new Map<ErrorCode, string[]>();
  const concerns = ({ code }: Thrown): boolean => {
    // No caller receives it: its connection is closed.
    if (code === 'client_closed') return false;
    if (code === 'payload_too_large' || code === 'unsupported_encoding') return facts.isMutation;
    if (code === 'outcome_unknown') return facts.isMutation;
    if (code.startsWith('idempotency_')) return facts.takesKey;
    return true;
  };
  for (const { code, when } of [...own, ...general.filter(concerns)]) {
    if (!isErrorCode(code)) throw new Error(`there is no error code ${code}`);
    codes.set(code, [...(codes.get(code) ?? []), when]);
  }
  return codes;
}

const named = (code: string): string => code.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

export const refusalName = (code: ErrorCode): string => `${named(code)}Refusal`;

/** The schema of each code's own part of an error. */
export function refusalSchemas({ details }: CompiledApi): [string, JsonSchema][] {
  // Its keys are exactly the codes.
  return (Object.keys(errorKinds) as ErrorCode[]).map((code) => {
    const own = details.get(code);
    return [
      refusalName(code),
      {
        description: errorHints[code],
        type: 'object',
        properties: {
          code: { type: 'string', const: code },
          hint: { type: 'string', description: 'What the caller can do.' },
          ...(own && { details: own }),
        },
        required: ['code', 'hint', ...(own ? ['details'] : [])],
      },
    ];
  });
}

/** One of these codes: what is in an error as `data.commerce`, and outside of tRPC with a message. */
export function anyRefusal(codes: readonly ErrorCode[]): JsonSchema {
  const [only] = codes;
  if (only !== undefined && codes.length === 1) return schemaRef(refusalName(only));
  const mapping = Object.fromEntries(codes.map((code) => [code, schemaRef(refusalName(code)).$ref ?? '']));
  return {
    oneOf: codes.map((code) => schemaRef(refusalName(code))),
    discriminator: { propertyName: 'code', mapping },
  };
}

/** The responses that many procedures have, in the order of their statuses. */
export class RefusalResponses {
  /** Those that have only codes that no procedure names as its own. */
  readonly shared: Record<string, ResponseObject> = {};
  readonly #general: ReadonlyMap<string, string>;

  constructor(general: readonly Thrown[]) {
    this.#general = new Map(general.map(({ code, when }) => [code, when]));
  }

  /** The responses of a procedure that refuse, by status. */
  of(refusals: Refusals, isMutation: boolean): Record<string, ResponseObject | { $ref: string }> {
    const byStatus = new Map<number, ErrorCode[]>();
    for (const code of refusals.keys()) {
      const { status } = statusOf(code);
      if (status === 415) continue;
      byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
    }
    const statuses = [...byStatus].toSorted(([a], [b]) => a - b);
    return {
      ...Object.fromEntries(statuses.map(([status, codes]) => [status, this.#responseOf(refusals, codes)])),
      ...(isMutation && { 415: this.#notJson() }),
    };
  }

  /** Also tRPC's own status for a body that is not JSON. */
  #notJson(): { $ref: string } {
    this.shared['NotJson'] = {
      description:
        '- `validation_failed` when the body is not JSON in UTF-8\n' +
        '- `unsupported_encoding` when the body is compressed',
      headers: { 'x-request-id': requestIdHeader },
      content: {
        'application/json': {
          schema: errorEnvelope(['validation_failed', 'unsupported_encoding'], 'UNSUPPORTED_MEDIA_TYPE'),
        },
      },
    };
    return { $ref: '#/components/responses/NotJson' };
  }

  #responseOf(refusals: Refusals, codes: readonly ErrorCode[]): ResponseObject | { $ref: string } {
    const isGeneral = (code: ErrorCode) => refusals.get(code)?.join() === this.#general.get(code);
    if (!codes.every(isGeneral)) return response(refusals, codes);
    const name = codes.map(named).join('Or');
    this.shared[name] = response(refusals, codes);
    return { $ref: `#/components/responses/${name}` };
  }
}

/** The header of every response. */
export const requestIdHeader = { $ref: '#/components/headers/RequestId' };

function response(refusals: Refusals, codes: readonly ErrorCode[]): ResponseObject {
  const description = codes
    .flatMap((code) => (refusals.get(code) ?? []).map((when) => `- \`${code}\` ${when}`))
    .join('\n');
  const waits = codes.some((code) => (['unavailable', 'limited'] as ErrorKind[]).includes(errorKinds[code]));
  return {
    description,
    headers: {
      'x-request-id': requestIdHeader,
      ...(waits && { 'retry-after': { $ref: '#/components/headers/RetryAfter' } }),
    },
    content: { 'application/json': { schema: errorEnvelope(codes) } },
  };
}

/** tRPC's envelope of an error. The codes have one status. */
function errorEnvelope(codes: readonly ErrorCode[], own?: Parameters<typeof statusOf>[1]): JsonSchema {
  const [code] = codes;
  if (code === undefined) throw new Error('a response without codes');
  const { number, status, code: trpcCode } = statusOf(code, own);
  return object({
    error: object({
      code: { type: 'integer', const: number, description: "JSON-RPC's number of the status." },
      message: { type: 'string', description: 'A sentence about this error. Programs read `data.commerce.code`.' },
      data: object(
        {
          code: { type: 'string', const: trpcCode },
          httpStatus: { type: 'integer', const: status },
          path: { type: 'string', description: 'The procedure, if one was called.' },
          commerce: anyRefusal(codes),
        },
        ['code', 'httpStatus', 'commerce'],
      ),
    }),
  });
}

/** An object whose fields are all required, unless some of them are named. */
export const object = (properties: Record<string, JsonSchema>, required = Object.keys(properties)): JsonSchema => ({
  type: 'object',
  properties,
  required,
});
