import { errorHints, errorKinds, type ErrorCode } from '@commerce-core/core';
import type { Access } from '../auth/access.ts';
import { statusOf } from '../http/refusal.ts';
import type { CompiledApi } from './compiled-procedures.ts';
import type { JsonSchema } from './json-schema.ts';
import { factsOf, type ProcedureFacts } from './operation.ts';
import { cell, fieldTable, oneLine, typeText } from './type-text.ts';

const written = '<!-- Written by apps/api/src/reference/reference.test.ts from the code: change that. -->';

/** The page of all procedures: what each does, who may call it, its input, its answer and its refusals. */
export function proceduresPage(api: CompiledApi): string {
  const nouns = Array.from(api.nouns, ([noun, doc]) => {
    const own = factsOf(api).filter(({ path }) => path.startsWith(`${noun}.`));
    return [`## ${noun}`, '', ...(doc ? [doc, ''] : []), ...own.flatMap(procedureText)];
  });
  const shapes = [...api.schemas].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    '# Procedures',
    '',
    written,
    '',
    `The ${api.procedures.size} procedures of the API. [openapi.json](../../apps/api/openapi.json), ` +
      `which a server has at \`GET /openapi.json\`, has the same`,
    'for programs; [other-languages.md](../other-languages.md) shows calls without the typed client.',
    '',
    // Its first and last paragraphs are about the code.
    ...api.general.doc
      .split('\n\n')
      .slice(1, -1)
      .flatMap((paragraph) => [paragraph, '']),
    'Each procedure may refuse a call with these codes. [errors.md](errors.md) has all codes.',
    '',
    ...api.general.thrown.map(({ code, when }) => `- \`${code}\` ${oneLine(when)}`),
    '',
    ...nouns.flat(),
    '## Shapes',
    '',
    'Later versions may add fields, and values to lists of values.',
    '',
    ...shapes.flatMap(([name, schema]) => shapeText(name, schema)),
  ].join('\n');
}

const headings = { query: 'Query', mutation: 'Mutation', subscription: 'Stream' };

function procedureText(facts: ProcedureFacts): string[] {
  const { path, type, doc, input, takesKey, output, refusals } = facts;
  const own = [...refusals].filter(([code]) => facts.ownCodes.has(code));
  const fields = input?.properties ? fieldTable(input) : [];
  return [
    `### ${path}`,
    '',
    `${headings[type]}${takesKey ? ', with an Idempotency-Key' : ''}. For ${callers(facts.rule)}.`,
    '',
    doc,
    '',
    ...(input
      ? [`Input${facts.inputIsOptional ? ', optional' : ''}${fields.length > 0 ? ':' : `: ${typeText(input)}`}`, '']
      : []),
    ...(fields.length > 0 ? [...fields, ''] : []),
    `${type === 'subscription' ? 'Each event' : 'Answer'}: ${typeText(output)}`,
    '',
    ...(own.length > 0 ? ['Refusals:', '', ...own.map(([code, [when = '']]) => refusalText(code, when)), ''] : []),
  ];
}

const refusalText = (code: ErrorCode, when: string): string =>
  `- \`${code}\` (${statusOf(code).status}) ${oneLine(when)}`;

function callers(rule: Access): string {
  if (rule === 'public') return 'everyone, without a token too';
  const operators = rule.operator === 'any' ? 'operators' : `operators with the scope \`${rule.operator}\``;
  return [
    ...(rule.visitor ? ['callers without a token, where the server takes orders of guests'] : []),
    ...(rule.guest ? ['the guest of the order'] : []),
    ...(rule.customer ? ['customers, for their own orders'] : []),
    operators,
  ].join('; ');
}

function shapeText(name: string, schema: JsonSchema): string[] {
  const { description, ...rest } = schema;
  const table = rest.properties ? fieldTable(rest) : [];
  const fields = table.length > 0 ? table : [name === 'EventView' ? eventViewText : typeText(rest)];
  return [`### ${name} shape`, '', ...(description === undefined ? [] : [description, '']), ...fields, ''];
}

const eventViewText =
  'One shape for each type of event: `id`, `type`, `aggregateType`, `aggregateId`, `version`, `position`, ' +
  '`time`, and in `data` the ' +
  'payload of the type ([events.md](events.md)).';

/** The page of all error codes: status, hint, details, and who returns it. */
export function errorsPage(api: CompiledApi): string {
  const procedures = factsOf(api);
  const general = new Set(api.general.thrown.map(({ code }) => code));
  // Its keys are exactly the codes.
  const codes = Object.keys(errorKinds) as ErrorCode[];
  return [
    '# Errors',
    '',
    written,
    '',
    'A refusal has a code, a hint that says what the caller can do, and for some codes details. ' +
      'Programs switch on the code. Over HTTP',
    'a procedure returns `{ error: { code, message, data: { code, httpStatus, path, commerce: { code, hint, ' +
      'details } } } }`, and every',
    'other route `{ error: { code, message, hint, details } }`. `message` is a sentence for people.',
    '',
    'A `503` or `429` has the header Retry-After. After a `503` the same call with the same Idempotency-Key is safe.',
    '',
    ...codes.flatMap((code) => {
      const details = api.details.get(code);
      const own = procedures.filter(({ refusals }) => refusals.has(code)).map(({ path }) => pathLink(path));
      const by = general.has(code)
        ? 'Any procedure that it concerns.'
        : `${own.join(', ') || 'routes that are not procedures'}.`;
      return [
        `## ${code}`,
        '',
        `Status ${statusOf(code).status}. ${errorHints[code]}`,
        '',
        ...(details
          ? [
              `Details: ${typeText(details).replaceAll('](#', '](procedures.md#')}` +
                (details.description ? `. ${oneLine(details.description)}` : ''),
              '',
            ]
          : []),
        `Returned by: ${by}`,
        '',
      ];
    }),
  ].join('\n');
}

const pathLink = (path: string): string => cell(`[${path}](procedures.md#${path.replace('.', '').toLowerCase()})`);
