import { chmodSync, mkdtempSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copyBinaries } from './binaries.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'binaries-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('programs installed under a strict umask can be run by other users after the copy', () => {
  const from = join(folder, 'from');
  mkdirSync(join(from, 'bin'), { recursive: true, mode: 0o700 });
  writeFileSync(join(from, 'bin', 'postgres'), 'program', { mode: 0o700 });
  writeFileSync(join(from, 'library.so.1'), 'library', { mode: 0o600 });
  symlinkSync('library.so.1', join(from, 'library.so'));
  chmodSync(from, 0o700);

  const to = join(folder, 'to');
  copyBinaries(from, to);
  const mode = (name: string): number => statSync(join(to, name)).mode & 0o777;
  expect([mode('.'), mode('bin'), mode('bin/postgres'), mode('library.so.1')]).toEqual([0o755, 0o755, 0o755, 0o644]);
  expect(readFileSync(join(to, 'library.so'), 'utf8')).toBe('library');
});
