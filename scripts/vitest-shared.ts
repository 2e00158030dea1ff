import { fileURLToPath } from 'node:url';

/**
 * What every package's tests have in common. `vitest run` takes the tests of every day, `vitest run --mode long` those
 * that kill processes or run for long. With `postgres`, TEST_DATABASE_URL is set in each test.
 */
export const sharedTests = (mode: string, { postgres }: { postgres: boolean }) => ({
  include: [mode === 'long' ? 'src/**/*.long.test.ts' : 'src/**/*.test.ts'],
  exclude: mode === 'long' ? [] : ['src/**/*.long.test.ts'],
  passWithNoTests: true,
  testTimeout: mode === 'long' ? 300_000 : 30_000,
  hookTimeout: 60_000,
  globalSetup: postgres ? [fileURLToPath(new URL('../packages/postgres/src/vitest-setup.ts', import.meta.url))] : [],
});
