import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** With TEST_REPORTS, a folder, the results are also written there as JSON, one file a package. */
const report = (mode: string) => {
  const folder = process.env['TEST_REPORTS'];
  if (!folder) return {};
  return { reporters: ['default', 'json'], outputFile: { json: `${folder}/${basename(process.cwd())}-${mode}.json` } };
};

/**
 * What every package's tests have in common. `vitest run` takes the tests of every day, `vitest run --mode long` those
 * that kill processes or run for long. With `postgres`, TEST_DATABASE_URL is set in each test.
 */
export const sharedTests = (mode: string, { postgres }: { postgres: boolean }) => ({
  include: [mode === 'long' ? 'src/**/*.long.test.ts' : 'src/**/*.test.ts'],
  exclude: mode === 'long' ? [] : ['src/**/*.long.test.ts'],
  passWithNoTests: true,
  // The limits end a test that hangs. A machine that is busy with ten other things must not reach them.
  testTimeout: mode === 'long' ? 600_000 : 180_000,
  hookTimeout: 180_000,
  teardownTimeout: 180_000,
  expect: { poll: { timeout: 60_000, interval: 20 } },
  slowTestThreshold: 2_000,
  // One worker runs one file after the other and imports a module once: imports took a third of the time. A file must
  // therefore leave nothing behind in the process, and what `vi.spyOn` replaced is put back before every test.
  isolate: false,
  restoreMocks: true,
  unstubEnvs: true,
  unstubGlobals: true,
  ...report(mode),
  globalSetup: postgres ? [fileURLToPath(new URL('../packages/postgres/src/vitest-setup.ts', import.meta.url))] : [],
});
