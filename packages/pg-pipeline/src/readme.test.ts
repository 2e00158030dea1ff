import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTestDatabase } from '@commerce-core/postgres';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '..');
const example = join(folder, 'examples/page-views.ts');

test('the program in the README is the example, and it counts every page view', async () => {
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(`\`\`\`ts\n${readFileSync(example, 'utf8')}\`\`\``);
  const { url, drop } = await createTestDatabase();
  try {
    const env = { ...process.env, DATABASE_URL: url };
    const { stdout } = await promisify(execFile)(process.execPath, [example], { env });
    expect(stdout).toContain(`{ path: '/', views: 500 }`);
    expect(stdout).toContain(`{ path: '/about', views: 500 }`);
  } finally {
    await drop();
  }
});
