import { defineConfig } from 'vitest/config';
import { sharedTests } from '../../scripts/vitest-shared.ts';

export default defineConfig(({ mode }) => ({
  test: { ...sharedTests(mode, { postgres: true }), setupFiles: ['src/testing/after-each-file.ts'] },
}));
