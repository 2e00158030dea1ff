import { expect, test } from 'vitest';
import { hostsOfUrl } from './database-url.ts';

test.each([
  ['postgres://a/shop', ['a:5432']],
  ['postgres://kim:p@ss,word@a:5433,b/shop?sslmode=require', ['a:5433', 'b:5432']],
  ['postgresql://[::1]:1,[::2]/shop', ['[::1]:1', '[::2]:5432']],
  ['postgres:///shop?host=/run/postgresql', ['/run/postgresql:5432']],
  ['postgres://a,b', ['a:5432', 'b:5432']],
])('the hosts of %s are %j', (url, names) => {
  expect(hostsOfUrl(url).map(({ name }) => name)).toEqual(names);
});

test('each host gets a URL with the same user, password, database and parameters', () => {
  expect(hostsOfUrl('postgres://kim:p%2C@a:1,b:2/shop?sslmode=require').map(({ url }) => url)).toEqual([
    'postgres://kim:p%2C@a:1/shop?sslmode=require',
    'postgres://kim:p%2C@b:2/shop?sslmode=require',
  ]);
});

test.each(['postgres://a:none/shop', 'postgres://a,b:none/shop', 'a,b', 'postgres://a,,b/shop'])(
  'the URL %s is rejected',
  (url) => {
    expect(() => hostsOfUrl(url)).toThrow(TypeError);
  },
);
