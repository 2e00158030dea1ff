import type { SpanContext } from '@opentelemetry/api';

// https://www.w3.org/TR/trace-context/#traceparent-header: version, trace id, span id, flags. A later version may have
// more parts; version 00 has none.
const form = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const lengthMax = 256;

/** A trace context in the form of the header `traceparent`. */
export const traceparentOf = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${(traceFlags & 0xff).toString(16).padStart(2, '0')}`;

/** Reads a trace context; undefined where it isn't valid. */
export function parseTraceparent(text: string | null | undefined): SpanContext | undefined {
  if (typeof text !== 'string' || text.length > lengthMax) return undefined;
  const [, version, traceId = '', spanId = '', flags = '', more] = form.exec(text) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  // Of the flags only `sampled` is passed on: what the others mean is not known here.
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
}

/** The trace contexts of what was stored before, each once. */
export const causesOf = (rows: readonly { traceparent: string | null }[]): SpanContext[] =>
  [...new Set(rows.map(({ traceparent }) => traceparent))].flatMap((text) => parseTraceparent(text) ?? []);

/** Whether the spans of a trace are recorded. */
export const isSampled = ({ traceFlags }: SpanContext): boolean => (traceFlags & 1) === 1;
