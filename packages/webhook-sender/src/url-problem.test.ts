import { expect, test } from 'vitest';
import { urlProblem } from './url-problem.ts';

test.each([
  'https://shop.example/hooks?a=1',
  'https://shop.example:8443',
  'https://1.1.1.1/',
  'https://[2606:4700::1111]/',
])('a receiver may be at %s', (url) => {
  expect(urlProblem(url, { allowPrivate: false })).toBeUndefined();
});

test.each([
  'http://shop.example/',
  'https://user@shop.example/',
  'https://user:secret@shop.example/',
  'https://127.0.0.1/',
  'https://127.1/',
  'https://0x7f.1/',
  'https://2130706433/',
  'https://017700000001/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[64:ff9b::7f00:1]/',
  'ftp://shop.example/',
  'file:///etc/passwd',
  'shop.example',
  '',
])('no receiver may be at %s', (url) => {
  expect(urlProblem(url, { allowPrivate: false })).toMatch(/^must /);
});

test('a receiver may be on loopback and without TLS where private addresses are allowed', () => {
  expect(urlProblem('http://127.0.0.1:4000/', { allowPrivate: true })).toBeUndefined();
  expect(urlProblem('ftp://127.0.0.1/', { allowPrivate: true })).toBe('must begin with https://');
});
