import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { findConnection, simulatorOf } from './connection.ts';

const local = {
  url: 'http://127.0.0.1:3000',
  simulatorUrl: 'http://127.0.0.1:3001',
  adminApiKey: 'ck_local',
  mockWebhookSecret: 'whsec_x',
  customerTokenSecret: 'sign with this',
};

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'commerce-'));
  onTestFinished(() => rm(folder, { recursive: true }));
});

async function leave(content: string): Promise<void> {
  await mkdir(join(folder, '.data'));
  await writeFile(join(folder, '.data', 'local.json'), content);
}

test('the local shop is found from any folder below it', async () => {
  await leave(JSON.stringify(local));
  const below = join(folder, 'apps', 'api');
  await mkdir(below, { recursive: true });
  for (const start of [folder, below]) {
    expect(findConnection({ env: {}, folder: start })).toEqual({
      url: local.url,
      apiKey: 'ck_local',
      simulatorUrl: local.simulatorUrl,
      customerTokenSecret: 'sign with this',
      keySource: '.data/local.json',
    });
  }
});

test('the environment wins over the local shop', async () => {
  await leave(JSON.stringify(local));
  const env = { COMMERCE_API_KEY: 'ck_other', COMMERCE_SIMULATOR_URL: 'http://sim', CUSTOMER_JWT_SECRET: 'other' };
  expect(findConnection({ env, folder })).toMatchObject({
    url: local.url,
    apiKey: 'ck_other',
    simulatorUrl: 'http://sim',
    customerTokenSecret: 'other',
  });
});

test('the key of the local shop is never sent to another one', async () => {
  await leave(JSON.stringify(local));
  expect(findConnection({ env: { COMMERCE_URL: 'https://shop.example' }, folder })).toMatchObject({
    url: 'https://shop.example',
    apiKey: undefined,
    simulatorUrl: undefined,
    customerTokenSecret: undefined,
  });
  expect(findConnection({ env: { COMMERCE_URL: 'http://127.0.0.1:3000/' }, folder }).apiKey).toBe('ck_local');
});

test('without any shop the message names the two ways to get one', () => {
  expect(() => findConnection({ env: {}, folder })).toThrow(/npm start.*COMMERCE_URL/);
});

test.each(['shop.example', 'ftp://shop.example', 'http://'])('%s is refused as the address of a shop', (url) => {
  expect(() => findConnection({ env: { COMMERCE_URL: url }, folder })).toThrow('COMMERCE_URL is no address');
});

test.each(['nowhere', '127.0.0.1:3001', 'localhost:3001', 'ftp://shop.example', 'http://'])(
  '%s is refused as the address of a simulator, by the name of the option or variable that has it',
  (url) => {
    const connection = findConnection({ env: { COMMERCE_URL: local.url, COMMERCE_SIMULATOR_URL: url }, folder });
    expect(() => simulatorOf(connection, '--gateway', url)).toThrow(/^--gateway is no address: .*127\.0\.0\.1:3001/);
    expect(() => simulatorOf(connection, '--gateway', undefined)).toThrow('COMMERCE_SIMULATOR_URL is no address');
  },
);

test.each(['', '{', 'null', '"text"'])('a damaged local.json is named in the error: %j', async (content) => {
  await leave(content);
  expect(() => findConnection({ env: {}, folder })).toThrow(/local\.json is damaged/);
});
