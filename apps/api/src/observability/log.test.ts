import { execFileSync } from 'node:child_process';
import { CommerceError } from '@commerce-core/core';
import { expect, test } from 'vitest';
import { describeFault } from './log.ts';

test('a message written by a programmer is logged with its stack', () => {
  const fault = describeFault(new TypeError('x is not a function'));
  expect(fault).toMatchObject({ type: 'TypeError', message: 'x is not a function' });
  expect(fault.stack).toContain('log.test.ts');
});

test('messages that may contain data are not logged; class, code and stack are', () => {
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

test('causes are logged, and an endless chain of causes is cut', () => {
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

test('collected lines are written in order, also when the process ends in the same turn', () => {
  const program = `
    import { createLogger } from '${import.meta.resolve('./log.ts')}';
    const log = createLogger('info');
    log.info('first');
    log.info('second');
    setTimeout(() => { log.info('third'); process.exit(0); }, 20);`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(
    output
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg),
  ).toEqual(['first', 'second', 'third']);
});
