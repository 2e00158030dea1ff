import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

// count-tests FOLDER FAILED: names the failed tests of vitest's reports in the folder, with the first lines of their
// errors, and adds up the reports; FAILED are the failures beyond them.
const [folder, failedSteps] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const name of readdirSync(folder)) {
  const report = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  for (const file of report.testResults) {
    for (const { status, fullName, failureMessages } of file.assertionResults) {
      if (status === 'failed') console.log(`✗ ${file.name}: ${fullName}\n${excerpt(failureMessages.join('\n'))}`);
    }
    if (file.status === 'failed' && file.message) console.log(`✗ ${file.name}\n${excerpt(file.message)}`);
  }
}
function excerpt(message) {
  return message
    .split('\n')
    .slice(0, 12)
    .map((line) => `    ${line.slice(0, 200)}`)
    .join('\n');
}

// No test at all is no success.
console.log(`${passed} passed, ${Math.max(failed, Number(failedSteps), passed === 0 ? 1 : 0)} failed`);
