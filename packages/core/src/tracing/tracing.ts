import type { TransactionTracing } from '@commerce-core/pg-pipeline';
import type * as OpenTelemetry from '@opentelemetry/api';
import type { Attributes, Context, Span, SpanContext, SpanKind, Tracer } from '@opentelemetry/api';
import { CommerceError, isUnavailable } from '../errors.ts';
import { GatewayRefusal } from '../gateways/gateway.ts';
import { TrackingRefusal } from '../shipping/tracking-provider.ts';
import { causesOf, isSampled, parseTraceparent, traceparentOf } from './traceparent.ts';

/**
 * What is used of `@opentelemetry/api`. The program passes that module: this package never imports it, so nothing of it
 * is loaded in a shop without traces.
 */
export type OpenTelemetryApi = Pick<
  typeof OpenTelemetry,
  'context' | 'createTraceState' | 'ROOT_CONTEXT' | 'SpanKind' | 'SpanStatusCode' | 'trace'
>;

/** A span to begin. Names and attributes never hold parameters of statements, bodies or personal data. */
export type SpanOptions = {
  name: string;
  kind?: keyof typeof SpanKind;
  attributes?: Attributes;
  /**
   * The spans that it was caused by; defaults to the span that runs now. It belongs to the first one whose trace is
   * recorded. If there are several, it has links to all of these.
   */
  causes?: readonly SpanContext[];
};

/**
 * Spans of a shop, and the trace contexts that they send and store. A transaction gets a span if it belongs to a span
 * that is recorded: the looks of the jobs for due rows would be most of the traces.
 */
export type Tracing = {
  /** The span that runs now. */
  activeSpan: () => Span | undefined;
  /** Reads the headers of a request; undefined where `traceparent` isn't valid. A bad `tracestate` is left out. */
  parseHeaders: (traceparent: string | undefined, tracestate: string | undefined) => SpanContext | undefined;
  /** Runs `work` in a span, which ends with it. An error ends the span with its code. */
  inSpan: <T>(options: SpanOptions, work: (span: Span) => Promise<T>) => Promise<T>;
  /** Marks a span as failed. `errorType` is a word for the cause, never a message. */
  fail: (span: Span, errorType: string) => void;
  /** Runs `work` for a cause that was stored before: spans that begin in it belong to that trace, or to none. */
  causedBy: <T>(traceparent: string | null, work: () => Promise<T>) => Promise<T>;
} & TransactionTracing;

/**
 * Creates the tracing of a shop. Spans are connected only if a context manager is registered, as OpenTelemetry's SDKs
 * for Node.js do.
 * @param api the module `@opentelemetry/api`
 * @param tracer begins the spans; defaults to the tracer `commerce-core` of the registered provider
 */
export function createTracing(api: OpenTelemetryApi, tracer: Tracer = api.trace.getTracer('commerce-core')): Tracing {
  const spans = createSpans(api, tracer);
  const { activeSpan, inSpan, fail, causedBy } = spans;
  return {
    activeSpan,
    inSpan,
    fail,
    causedBy,
    parseHeaders(traceparent, tracestate) {
      const parent = parseTraceparent(traceparent);
      if (!parent || tracestate === undefined) return parent;
      return { ...parent, traceState: api.createTraceState(tracestate) };
    },
    ...traceTransactions(api, tracer, spans),
  };
}

type Spans = Pick<Tracing, 'activeSpan' | 'inSpan' | 'fail' | 'causedBy'> & {
  /** Records the code of an error. A refusal is no failure of its span. */
  recordError: (span: Span, error: unknown) => void;
};

function createSpans(
  { context, trace, ROOT_CONTEXT, SpanKind, SpanStatusCode }: OpenTelemetryApi,
  tracer: Tracer,
): Spans {
  const contextOf = (causes: readonly SpanContext[]): Context => {
    const parent = causes.find(isSampled) ?? causes[0];
    return parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
  };
  const fail = (span: Span, type: string) => {
    span.setAttribute('error.type', type);
    span.setStatus({ code: SpanStatusCode.ERROR });
  };
  const recordError = (span: Span, error: unknown) => {
    if (isRefusal(error)) span.setAttribute('error.type', errorType(error));
    else fail(span, errorType(error));
  };
  return {
    activeSpan: () => trace.getSpan(context.active()),
    fail,
    recordError,
    async inSpan({ name, kind = 'INTERNAL', attributes = {}, causes }, work) {
      const within = causes ? contextOf(causes) : context.active();
      const links = causes && causes.length > 1 ? causes.filter(isSampled).map((cause) => ({ context: cause })) : [];
      const span = tracer.startSpan(name, { kind: SpanKind[kind], attributes, links }, within);
      try {
        return await context.with(trace.setSpan(within, span), async () => work(span));
      } catch (error) {
        recordError(span, error);
        throw error;
      } finally {
        span.end();
      }
    },
    causedBy: async (traceparent, work) => context.with(contextOf(causesOf([{ traceparent }])), work),
  };
}

const database = { 'db.system.name': 'postgresql' };

function traceTransactions(
  { trace, SpanKind }: OpenTelemetryApi,
  tracer: Tracer,
  { activeSpan, inSpan, recordError }: Spans,
): TransactionTracing {
  const isRecorded = () => {
    const span = activeSpan();
    return span !== undefined && isSampled(span.spanContext());
  };
  return {
    traceparent() {
      const active = activeSpan()?.spanContext();
      return active && trace.isSpanContextValid(active) ? traceparentOf(active) : null;
    },
    transaction: async (mode, run) =>
      isRecorded()
        ? inSpan({ name: 'transaction', attributes: { ...database, 'commerce.transaction.mode': mode } }, run)
        : run(),
    roundTrip(statements, answered) {
      if (!isRecorded()) return;
      const attributes = {
        ...database,
        'db.operation.batch.size': statements.length,
        'db.query.summary': statements.join(' '),
      };
      const span = tracer.startSpan('statements', { kind: SpanKind.CLIENT, attributes });
      answered.then(
        () => span.end(),
        (error: unknown) => {
          recordError(span, error);
          span.end();
        },
      );
    },
  };
}

/** Whether an error is a decision, of the shop, of a gateway or of a tracking provider. */
const isRefusal = (error: unknown): boolean =>
  error instanceof GatewayRefusal ||
  error instanceof TrackingRefusal ||
  (error instanceof CommerceError && !isUnavailable(error));

/** A word for the cause: the code of an error of the shop, the database or the system, or the name of its class. */
function errorType(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
