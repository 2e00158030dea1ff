import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSettings, writeSettings } from './local-settings.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('settings are read as they were written, secrets included', () => {
  const file = join(folder, '.data', 'local.json');
  const settings = { ...readSettings(file), url: 'http://127.0.0.1:3000', adminApiKey: 'a key' };
  writeSettings(file, settings);
  expect(readSettings(file)).toEqual(settings);
});

test('the file is readable by its owner alone, and no temporary file is left', () => {
  const file = join(folder, 'local.json');
  writeFileSync(file, '{}', { mode: 0o644 });
  writeSettings(file, readSettings(file));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['local.json']);
});

const damaged = ['{ "url": "http', 'null', '[]', '{ "mockWebhookSecret": 7 }'];
test.each(damaged)('a damaged file (%s) gets new secrets', (text) => {
  const file = join(folder, 'local.json');
  writeFileSync(file, text);
  const settings = readSettings(file);
  expect(settings.mockWebhookSecret).toMatch(/^whsec_\S{40}/);
  expect(settings.customerTokenSecret.length).toBeGreaterThanOrEqual(32);
});

test('secrets are random', () => {
  const file = join(folder, 'local.json');
  expect(readSettings(file).mockWebhookSecret).not.toBe(readSettings(file).mockWebhookSecret);
});
