import { execFileSync } from 'node:child_process';
import { CommerceError } from '@commerce-core/core';
import { expect, test } from 'vitest';
import { describeFault } from './log.ts';

test('what programmers wrote is logged with its place', () => {
  const fault = describeFault(new TypeError('x is not a function'));
  expect(fault).toMatchObject({ type: 'TypeError', message: 'x is not a function' });
  expect(fault.stack).toContain('log.test.ts');
});

test('the words of a database, a parser or anybody else are not, only class, code and place', () => {
  class DrizzleQueryError extends Error {}
  const database = Object.assign(new Error('duplicate key: (kim@mail.example)'), {
    code: '23505',
    constraint: 'products_sku',
  });
  const wrapped = new DrizzleQueryError('Failed query: insert\n    at secret-line\nparams: kim@mail.example', {
    cause: database,
  });
  const fault = describeFault(wrapped);
  expect(fault).toMatchObject({
    type: 'DrizzleQueryError',
    cause: { type: 'Error', code: '23505', constraint: 'products_sku' },
  });
  expect(JSON.stringify(fault)).not.toMatch(/kim@|secret-line|Failed/);
  expect(fault.stack).toContain('log.test.ts');
  const quoting = new SyntaxError('Unexpected token \'m\', "my-secret" is not valid JSON');
  expect(JSON.stringify(describeFault(quoting))).not.toContain('my-secret');
});

test('a refusal’s cause is told, and a chain that never ends is cut', () => {
  const error = new CommerceError('database_unavailable', 'the database cannot be reached');
  error.cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
  expect(describeFault(error)).toMatchObject({
    type: 'CommerceError',
    code: 'database_unavailable',
    cause: { code: 'ECONNREFUSED', message: /ECONNREFUSED/ },
  });
  const endless = new Error('again');
  endless.cause = endless;
  expect(JSON.stringify(describeFault(endless)).length).toBeLessThan(10_000);
  expect(describeFault('a string')).toEqual({ type: 'string' });
});

test('lines that were gathered are written in their order, also when the process ends in the same turn', () => {
  const program = `
    import { createLogger } from '${import.meta.resolve('./log.ts')}';
    const log = createLogger('info');
    log.info('first');
    log.info('second');
    setTimeout(() => { log.info('third'); process.exit(0); }, 20);`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(
    said
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg),
  ).toEqual(['first', 'second', 'third']);
});
