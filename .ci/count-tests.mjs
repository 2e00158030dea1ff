import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

// count-tests FOLDER FAILED: adds up vitest's reports in the folder; FAILED are the failures beyond them.
const [folder, failedSteps] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const name of readdirSync(folder)) {
  const report = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
}
// No test at all is no success.
console.log(`${passed} passed, ${Math.max(failed, Number(failedSteps), passed === 0 ? 1 : 0)} failed`);
